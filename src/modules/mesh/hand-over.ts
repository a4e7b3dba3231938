/**
 * How a mesh gets another lead: the one that it has signs who is next. The new lead puts that into
 * its rosters, so a node that was away for it can follow.
 */
import type { KeyObject } from 'node:crypto';
import { publicKeyOf, readSigned, signValue, unverifiedBody } from './wire/jws.js';
import { MeshRefusal } from './wire/refusal.js';

export type HandOver = {
  readonly mesh: string;
  /** The first version of the roster that the next lead signs is higher. */
  readonly version: number;
  readonly lead: string;
  /** Its signing key. */
  readonly key: string;
  /** The one before, for nodes that missed both. */
  readonly before?: string;
};

export function signHandOver(
  signer: { readonly node: string; readonly key: KeyObject },
  handOver: HandOver,
): string {
  return signValue('hand-over', signer, handOver);
}

/** @throws MeshRefusal if it is not signed with this key. */
export function readHandOver(text: string, leadKey: string): HandOver {
  const key = publicKeyOf(leadKey);
  return readSigned('hand-over', text, () => key).body as HandOver;
}

/**
 * The key of the lead after these: each has to be signed by the one before. One that is not newer
 * than the roster that is known counts for nothing, because the mesh may have been handed back.
 */
export function keyAfter(
  text: string | undefined,
  leadKey: string,
  known: { readonly mesh: string; readonly version: number },
): string {
  if (text === undefined) return leadKey;
  const { before } = unverifiedBody(text) as Partial<HandOver>;
  const key = keyAfter(before, leadKey, known);
  const next = signedBy(text, key);
  return next === undefined || next.mesh !== known.mesh || next.version <= known.version
    ? key
    : next.key;
}

function signedBy(text: string, key: string): HandOver | undefined {
  try {
    return readHandOver(text, key);
  } catch (error) {
    if (error instanceof MeshRefusal) return undefined;
    throw error;
  }
}
