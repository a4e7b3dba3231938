/** The authority of a mesh and the certificate of its server: ECDSA on P-256. */
import 'reflect-metadata';
import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { Authority } from './lead-files.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
const SERVER_DAYS = 397;
/** Clocks of nodes may be behind. */
const EARLIER_MS = DAY_MS;
/** A certificate that ends earlier than this is made again when the server starts. */
const RENEW_DAYS = 60;

export async function createAuthority(mesh: string, now: Date): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [`Nocturne mesh ${mesh}`] }],
    ...validity(now, AUTHORITY_DAYS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: cert.toString('pem'), key: await privatePem(keys.privateKey) };
}

/** For these names and addresses, and for loopback. */
export async function issueCertificate(
  authority: Authority,
  { hosts, now }: { readonly hosts: readonly string[]; readonly now: Date },
): Promise<{ readonly cert: string; readonly key: string }> {
  const issuer = new x509.X509Certificate(authority.cert);
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(authority.key),
    ALGORITHM,
    false,
    ['sign'],
  );
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const names = [...new Set([...hosts, 'localhost', '127.0.0.1', '::1'])];
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [hosts[0] ?? 'localhost'] }],
    issuer: issuer.subject,
    ...validity(now, SERVER_DAYS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { cert: cert.toString('pem'), key: await privatePem(keys.privateKey) };
}

/** Whether the server has to get another certificate: for another name, or because it ends soon. */
export function isOutdated(pem: string, host: string, now: Date): boolean {
  const cert = new X509Certificate(pem);
  const named = isIP(host) === 0 ? cert.checkHost(host) : cert.checkIP(host);
  const end = new Date(cert.validTo).getTime();
  return named === undefined || end - now.getTime() < RENEW_DAYS * DAY_MS;
}

function validity(now: Date, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  return {
    notBefore: new Date(now.getTime() - EARLIER_MS),
    notAfter: new Date(now.getTime() + days * DAY_MS),
  };
}

/** Positive, as RFC 5280 wants it. */
function serialNumber(): string {
  return `00${randomBytes(16).toString('hex')}`;
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}
