/** What a form of a session sends back, which no foreign page can know. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export function csrfOf(cookie: string): string {
  return createHmac('sha256', cookie).update('form').digest('base64url');
}

export function isCsrfOf(cookie: string, value: string | undefined): boolean {
  const [expected, given] = [Buffer.from(csrfOf(cookie)), Buffer.from(value ?? '')];
  return expected.length === given.length && timingSafeEqual(expected, given);
}
