/** What people compare: SHA-256 of a certificate. */
import { X509Certificate } from 'node:crypto';

export function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}
