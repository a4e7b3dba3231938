/** The owner's Ed25519 key: made once, outside every workspace, readable only by its owner. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { lstatSync, readFileSync, renameSync, statSync } from '../kernel/files.js';
import { platform } from 'node:os';
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import { makeDirectory, writeFileDurably } from '../workspace/durable.js';
import { readTextIfThere } from '../workspace/read-if-there.js';
import { errnoOf, storageError } from '../workspace/storage-error.js';

/**
 * `fingerprint`: first 32 hex characters of the public key's SHA-256 (SPKI, DER). PEM `publicKey`.
 */
export type OwnerKey = {
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly sign: (text: string) => string;
  /** What the owner should correct, in sentences. */
  readonly warnings: readonly string[];
};
export type KeyStatus = 'missing' | 'plain' | 'encrypted';

const FINGERPRINT_LENGTH = 32;
const MAKE = 'bring a backup of it: nocturne init --join --key FILE';

export function keyPath(home: string): string {
  return join(home, 'keys', 'owner.key');
}

export function publicKeyPath(home: string): string {
  return join(home, 'keys', 'owner.pub');
}

/** The fingerprint of the key of this machine, without its passphrase. */
export function keyFingerprint(home: string): string | undefined {
  const status = ownerKeyStatus(home);
  if (status === 'missing') return undefined;
  const text = readTextIfThere(publicKeyPath(home));
  const known = text === undefined ? undefined : fingerprintOf(text);
  return known ?? (status === 'plain' ? loadOwnerKey(home).fingerprint : undefined);
}

/** Whether there is a key, and whether it needs a passphrase. */
export function ownerKeyStatus(home: string): KeyStatus {
  const pem = readPem(home);
  if (pem === undefined) return 'missing';
  return isEncrypted(pem) ? 'encrypted' : 'plain';
}

/**
 * Makes `keys/owner.key` (PKCS #8 PEM, mode 0600; AES-256 if there is a `passphrase`) and
 * `keys/owner.pub`.
 * @throws NocturneError `EXISTS` if there is a key. Without it, everything that it signed would
 * have no owner.
 */
export function createOwnerKey(
  home: string,
  options: { readonly passphrase?: string } = {},
): OwnerKey {
  const path = keyPath(home);
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined)
    throw new NocturneError('EXISTS', `there is already a key: ${path}`, {
      file: path,
      hint: 'use it; to make another one, move it away first',
    });
  const { passphrase } = options;
  if (passphrase === '')
    throw new NocturneError('BAD_VALUE', 'the passphrase is empty', {
      hint: 'give a passphrase, or leave it out',
    });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const secret = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  makeDirectory(join(home, 'keys'), 0o700);
  writeFileDurably(publicKeyPath(home), publicKey.export({ type: 'spki', format: 'pem' }), {
    mode: 0o644,
  });
  writeFileDurably(path, privateKey.export({ type: 'pkcs8', format: 'pem', ...secret }), {
    mode: 0o600,
  });
  return ownerKeyOf(privateKey, warningsOf(home));
}

/** A copy of the owner's key, at an absolute path. @throws NocturneError as `loadOwnerKey`. */
export function readKeyFile(file: string, options: { readonly passphrase?: string } = {}): KeyFile {
  const pem = readTextIfThere(file);
  if (pem === undefined)
    throw new NocturneError('NOT_FOUND', `there is no file ${file}`, {
      file,
      hint: 'give the path of a copy of keys/owner.key',
    });
  return { pem, key: ownerKeyOf(openPem(file, pem, options.passphrase), []) };
}

export type KeyFile = { readonly pem: string; readonly key: OwnerKey };

/** Makes it the key of this machine. Another key that was here stays next to it. */
export function bringOwnerKey(home: string, { pem, key }: KeyFile): void {
  const path = keyPath(home);
  const before = keyFingerprint(home);
  if (before === key.fingerprint) return;
  makeDirectory(join(home, 'keys'), 0o700);
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined)
    renameSync(path, join(home, 'keys', `owner-${(before ?? 'unknown').slice(0, 8)}.key`));
  writeFileDurably(publicKeyPath(home), key.publicKey, { mode: 0o644 });
  writeFileDurably(path, pem, { mode: 0o600 });
}

/** Whether a file with a key needs a passphrase. */
export function needsPassphrase(file: string): boolean {
  return isEncrypted(readTextIfThere(file) ?? '');
}

/**
 * @throws NocturneError `NOT_FOUND` without a key, `STORAGE` if it cannot be read, `CONFIG` if it
 * is not an Ed25519 key or the passphrase is missing, `BAD_VALUE` if the passphrase is wrong.
 */
export function loadOwnerKey(
  home: string,
  options: { readonly passphrase?: string } = {},
): OwnerKey {
  const path = keyPath(home);
  const pem = readPem(home);
  if (pem === undefined)
    throw new NocturneError('NOT_FOUND', `there is no owner's key at ${path}`, {
      file: path,
      hint: MAKE,
    });
  return ownerKeyOf(openPem(path, pem, options.passphrase), warningsOf(home));
}

function openPem(path: string, pem: string, passphrase: string | undefined): KeyObject {
  const encrypted = isEncrypted(pem);
  if (encrypted && passphrase === undefined)
    throw new NocturneError(
      'CONFIG',
      `the owner's key ${path} needs a passphrase, and there is none`,
      { file: path, hint: 'give the passphrase' },
    );
  const key = decrypt(path, pem, encrypted ? passphrase : undefined);
  if (key.asymmetricKeyType !== 'ed25519')
    throw new NocturneError(
      'CONFIG',
      `${path} is a key of the kind ${key.asymmetricKeyType ?? 'unknown'}; expected ed25519`,
      { file: path, hint: MAKE },
    );
  return key;
}

/** Fingerprint of a public key in PEM; `undefined` if it is not an Ed25519 public key. */
export function fingerprintOf(publicKey: string): string | undefined {
  try {
    const key = createPublicKey(publicKey);
    return key.asymmetricKeyType === 'ed25519' ? fingerprint(key) : undefined;
  } catch {
    return undefined;
  }
}

function decrypt(path: string, pem: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey(passphrase === undefined ? { key: pem } : { key: pem, passphrase });
  } catch (cause) {
    if (passphrase !== undefined)
      throw new NocturneError('BAD_VALUE', `the passphrase does not open the owner's key ${path}`, {
        file: path,
        hint: 'try again; if it is lost, make a new key and sign again with it',
        cause,
      });
    throw new NocturneError('CONFIG', `${path} is not a private key in PEM form`, {
      file: path,
      hint: MAKE,
      cause,
    });
  }
}

function ownerKeyOf(privateKey: KeyObject, warnings: readonly string[]): OwnerKey {
  const publicKey = createPublicKey(privateKey);
  return {
    fingerprint: fingerprint(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), privateKey).toString('base64'),
    warnings,
  };
}

function fingerprint(publicKey: KeyObject): string {
  return sha256(publicKey.export({ type: 'spki', format: 'der' })).slice(0, FINGERPRINT_LENGTH);
}

function readPem(home: string): string | undefined {
  const path = keyPath(home);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw storageError(error, path, 'read');
  }
}

function isEncrypted(pem: string): boolean {
  return pem.includes('BEGIN ENCRYPTED PRIVATE KEY');
}

/** Warns if other users can read or replace the key. Windows has no such modes. */
function warningsOf(home: string): string[] {
  if (platform() === 'win32') return [];
  const warnings: string[] = [];
  for (const [path, wanted] of [
    [keyPath(home), 0o600],
    [join(home, 'keys'), 0o700],
  ] as const) {
    const mode = statSync(path).mode & 0o777;
    if ((mode & 0o077) !== 0)
      warnings.push(
        `other users can use ${path} (mode ${mode.toString(8)}): run chmod ${wanted.toString(8)} ${path}`,
      );
  }
  return warnings;
}
