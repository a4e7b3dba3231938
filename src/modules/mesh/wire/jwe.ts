/**
 * Texts that several nodes can read, and no other: JWE in general JSON form (RFC 7516, 7.2.1) with
 * ECDH-ES+A256KW (RFC 7518, 4.6) over X25519 (RFC 8037, 3.2) and A256GCM. `kid` is the receiver.
 * Who has written a text is said by its signature, which is inside.
 */
import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  decodeProtectedHeader,
  type FlattenedJWE,
  flattenedDecrypt,
  GeneralEncrypt,
  type JWEHeaderParameters,
} from 'jose';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { MeshRefusal } from './refusal.js';

/** `key`: X25519, public. */
export type Reader = { readonly node: string; readonly key: KeyObject };

const ALG = 'ECDH-ES+A256KW';
const ENC = 'A256GCM';
const TYPE = 'nocturne-object';

export async function encryptFor(text: string, readers: readonly Reader[]): Promise<string> {
  const header = { alg: ALG, enc: ENC, typ: TYPE };
  const encrypting = new GeneralEncrypt(Buffer.from(text)).setProtectedHeader(header);
  for (const { node, key } of readers)
    encrypting.addRecipient(key).setUnprotectedHeader({ kid: node });
  return JSON.stringify(await encrypting.encrypt());
}

/** @param reader with its private key. @throws MeshRefusal `not-for-us`, `malformed`, `forged`. */
export async function decrypt(text: string, { node, key }: Reader): Promise<string> {
  const { recipients, ...shared } = partsOf(text);
  const own = recipients.find((each) => each?.header?.kid === node);
  if (own == null) throw new MeshRefusal('not-for-us', `it is not for ${node}`);
  const algorithms = { keyManagementAlgorithms: [ALG], contentEncryptionAlgorithms: [ENC] };
  try {
    const { plaintext } = await flattenedDecrypt({ ...shared, ...own }, key, algorithms);
    return Buffer.from(plaintext).toString('utf8');
  } catch {
    throw new MeshRefusal('forged', `${node} cannot decrypt it`);
  }
}

/** @param x as announced: base64url of 32 bytes. @throws Error for a point of small order. */
export function readerKeyOf(x: string): KeyObject {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
  diffieHellman({ privateKey: generateKeyPairSync('x25519').privateKey, publicKey });
  return publicKey;
}

type Parts = Omit<FlattenedJWE, 'header' | 'encrypted_key'> & {
  readonly recipients: readonly (
    | (Pick<FlattenedJWE, 'encrypted_key'> & {
        readonly header?: JWEHeaderParameters;
      })
    | null
  )[];
};

function partsOf(text: string): Parts {
  const parts = parsedJson(text) as Partial<Parts> | null | undefined;
  const isWhole =
    Array.isArray(parts?.recipients) &&
    [parts.iv, parts.ciphertext, parts.tag].every((part) => typeof part === 'string') &&
    typeIn(parts) === TYPE;
  if (!isWhole) throw new MeshRefusal('malformed', 'an encrypted text was expected');
  return parts as Parts;
}

function typeIn(parts: object): unknown {
  try {
    return decodeProtectedHeader(parts).typ;
  } catch {
    return undefined;
  }
}
