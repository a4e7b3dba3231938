/**
 * Signed values: JWS in compact form (RFC 7515) with EdDSA (RFC 8037). `kid` is the sending node,
 * `typ` says what is signed, so that no value passes for one of another kind.
 */
import {
  createPublicKey,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { MeshRefusal } from './refusal.js';

export type SignedKind =
  | 'message'
  | 'announcement'
  | 'task'
  | 'change-set'
  | 'roster'
  | 'package'
  | 'join';
export type Signed = { readonly from: string; readonly body: unknown };
/** The signing key of a node, or nothing if it is not (or no longer) one of the mesh. */
export type KeyOf = (node: string) => KeyObject | undefined;

export function signValue(
  kind: SignedKind,
  { node, key }: { readonly node: string; readonly key: KeyObject },
  body: unknown,
): string {
  const header = encode({ alg: 'EdDSA', kid: node, typ: typeOf(kind) });
  const input = `${header}.${encode(body)}`;
  return `${input}.${signBytes(null, Buffer.from(input), key).toString('base64url')}`;
}

/** @throws MeshRefusal `malformed`, `unknown-node` or `forged`. */
export function readSigned(kind: SignedKind, text: string, keyOf: KeyOf): Signed {
  const { header, payload, signature, input } = partsOf(text);
  const { alg, kid, typ } = header;
  if (alg !== 'EdDSA' || typ !== typeOf(kind) || typeof kid !== 'string')
    throw new MeshRefusal('malformed', `a signed ${kind} was expected`);
  const key = keyOf(kid);
  if (key === undefined) throw new MeshRefusal('unknown-node', `${kid} is not a node of this mesh`);
  if (!verifyBytes(null, Buffer.from(input), key, signature))
    throw new MeshRefusal('forged', `the signature is not that of ${kid}`);
  return { from: kid, body: parsedJson(Buffer.from(payload, 'base64url').toString('utf8')) };
}

/** What a value says, whoever signed it: for a key that comes with it. */
export function unverifiedBody(text: string): unknown {
  return parsedJson(Buffer.from(partsOf(text).payload, 'base64url').toString('utf8'));
}

/** @param x the 32 bytes of an Ed25519 public key as base64url, the form in rosters and pages. */
export function publicKeyOf(x: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

export function publicText(key: KeyObject): string {
  return createPublicKey(key).export({ format: 'jwk' })['x'] as string;
}

function partsOf(text: string): {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: string;
  readonly signature: Buffer;
  readonly input: string;
} {
  const [head = '', payload = '', signature = '', ...rest] = text.split('.');
  const header = parsedJson(Buffer.from(head, 'base64url').toString('utf8'));
  if (rest.length > 0 || signature === '' || typeof header !== 'object' || header === null)
    throw new MeshRefusal('malformed', 'a signed value of three parts was expected');
  return {
    header: { ...header },
    payload,
    signature: Buffer.from(signature, 'base64url'),
    input: `${head}.${payload}`,
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function typeOf(kind: SignedKind): string {
  return `nocturne-${kind}`;
}
