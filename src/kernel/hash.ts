/** SHA-256 of bytes or text, as 64 lower-case hex characters. */
import { createHash } from 'node:crypto';

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
