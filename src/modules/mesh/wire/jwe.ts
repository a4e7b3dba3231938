/**
 * Texts that several nodes can read, and no other: JWE in general JSON form (RFC 7516, 7.2.1) with
 * ECDH-ES+A256KW (RFC 7518, 4.6) over X25519 (RFC 8037, 3.2) and A256GCM. `kid` is the receiver.
 * Who has written a text is said by its signature, which is inside.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { MeshRefusal } from './refusal.js';

/** `key`: X25519, public. */
export type Reader = { readonly node: string; readonly key: KeyObject };

const ALG = 'ECDH-ES+A256KW';
const PROTECTED = encode(JSON.stringify({ alg: ALG, enc: 'A256GCM', typ: 'nocturne-object' }));
const KEY_WRAP = 'id-aes256-wrap';
/** RFC 3394, 2.2.3.1. */
const WRAP_IV = Buffer.alloc(8, 0xa6);
const TAG_BYTES = 16;

export function encryptFor(text: string, readers: readonly Reader[]): string {
  const [key, iv] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(PROTECTED));
  const ciphertext = encode(Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]));
  return JSON.stringify({
    protected: PROTECTED,
    recipients: readers.map((reader) => wrapped(key, reader)),
    iv: encode(iv),
    ciphertext,
    tag: encode(cipher.getAuthTag()),
  });
}

/** @param reader with its private key. @throws MeshRefusal `not-for-us`, `malformed`, `forged`. */
export function decrypt(text: string, reader: Reader): string {
  const { recipients, iv, ciphertext, tag } = partsOf(text);
  const own = recipients.find((each) => each?.header?.kid === reader.node);
  if (own == null) throw new MeshRefusal('not-for-us', `it is not for ${reader.node}`);
  try {
    const decipher = createDecipheriv('aes-256-gcm', unwrapped(own, reader.key), bytes(iv), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(PROTECTED)).setAuthTag(bytes(tag));
    return Buffer.concat([decipher.update(bytes(ciphertext)), decipher.final()]).toString('utf8');
  } catch {
    throw new MeshRefusal('forged', `${reader.node} cannot decrypt it`);
  }
}

/** @param x as announced: base64url of 32 bytes. @throws Error for a point of small order. */
export function readerKeyOf(x: string): KeyObject {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
  diffieHellman({ privateKey: generateKeyPairSync('x25519').privateKey, publicKey });
  return publicKey;
}

type Recipient = {
  readonly header: { readonly kid: string; readonly epk: { readonly x: string } };
  readonly encrypted_key: string;
};
type Parts = {
  readonly recipients: readonly (Partial<Recipient> | null)[];
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
};

function wrapped(key: Buffer, { node, key: publicKey }: Reader): Recipient {
  const own = generateKeyPairSync('x25519');
  const kek = agreedKey(diffieHellman({ privateKey: own.privateKey, publicKey }));
  const cipher = createCipheriv(KEY_WRAP, kek, WRAP_IV);
  const { x = '' } = own.publicKey.export({ format: 'jwk' });
  const epk = { kty: 'OKP', crv: 'X25519', x };
  const encrypted = Buffer.concat([cipher.update(key), cipher.final()]);
  return { header: { kid: node, epk }, encrypted_key: encode(encrypted) };
}

function unwrapped({ header, encrypted_key }: Partial<Recipient>, privateKey: KeyObject): Buffer {
  const jwk = { kty: 'OKP', crv: 'X25519', x: header?.epk?.x ?? '' };
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  const kek = agreedKey(diffieHellman({ privateKey, publicKey }));
  const decipher = createDecipheriv(KEY_WRAP, kek, WRAP_IV);
  return Buffer.concat([decipher.update(bytes(encrypted_key ?? '')), decipher.final()]);
}

/** Concat KDF (RFC 7518, 4.6.2) with empty party information: one round makes 256 bits. */
function agreedKey(secret: Buffer): Buffer {
  const [round, none, bits] = [counted(1), counted(0), counted(256)];
  const algorithm = [counted(ALG.length), Buffer.from(ALG)];
  return createHash('sha256')
    .update(Buffer.concat([round, secret, ...algorithm, none, none, bits]))
    .digest();
}

function counted(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

function partsOf(text: string): Parts {
  const parts = parsedJson(text) as (Partial<Parts> & { readonly protected?: unknown }) | undefined;
  const isWhole =
    parts?.protected === PROTECTED &&
    Array.isArray(parts.recipients) &&
    [parts.iv, parts.ciphertext, parts.tag].every((part) => typeof part === 'string');
  if (!isWhole) throw new MeshRefusal('malformed', 'an encrypted text was expected');
  return parts as Parts;
}

function encode(value: string | Buffer): string {
  return Buffer.from(value).toString('base64url');
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
