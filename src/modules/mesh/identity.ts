/**
 * The keys of a node, in the state directory: one that signs, an nkey that logs in to the server,
 * and one that decrypts. The first two are not the same one, because a server chooses what a client
 * signs to log in.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { makeDirectory } from '../../workspace/durable.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';
import { publicText } from './wire/jws.js';

export type Identity = {
  readonly node: string;
  readonly key: KeyObject;
  /** The public key as in rosters and pages. */
  readonly publicKey: string;
  /** The seed of the nkey that logs in: `SU…`. */
  readonly seed: string;
  /** Its public key: `U…`. */
  readonly login: string;
};
/** `key`: PEM. */
export type StoredIdentity = {
  readonly node: string;
  readonly key: string;
  readonly seed: string;
  readonly login: string;
};

export const DECRYPTION_FILE = 'decryption.json';

export function meshDirectory(state: string): string {
  return join(state, 'mesh');
}

/** Nothing before the node has joined. */
export function readIdentity(state: string): Identity | undefined {
  const stored = readJson<StoredIdentity>(identityPath(state));
  if (stored === undefined) return undefined;
  const key = createPrivateKey(stored.key);
  return { ...stored, key, publicKey: publicText(key) };
}

export function keepIdentity(state: string, stored: StoredIdentity): Identity {
  makeDirectory(meshDirectory(state), 0o700);
  writeJsonDurably(identityPath(state), stored);
  const key = createPrivateKey(stored.key);
  return { ...stored, key, publicKey: publicText(key) };
}

/** X25519, private; made where it is missing: others learn it from each announcement. */
export function decryptionKey(state: string): KeyObject {
  const path = join(meshDirectory(state), DECRYPTION_FILE);
  const kept = readJson<{ readonly key: string }>(path);
  if (kept !== undefined) return createPrivateKey(kept.key);
  const { privateKey } = generateKeyPairSync('x25519');
  makeDirectory(meshDirectory(state), 0o700);
  writeJsonDurably(path, { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() });
  return privateKey;
}

function identityPath(state: string): string {
  return join(meshDirectory(state), 'identity.json');
}
