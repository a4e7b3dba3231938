/**
 * Who can decrypt what: the key of this node, and those that the others have announced. A node that
 * has had a key once is never again sent anything in plain text: what is missing from an old
 * announcement, which the server may have kept, does not count.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { decryptionKey, type Identity, meshDirectory } from '../identity.js';
import { publicText } from '../wire/jws.js';
import { type Reader, readerKeyOf } from '../wire/jwe.js';
import type { Announcement } from './announcement.js';

/** `signing`: with which it was announced; of a node with another one it says nothing. */
type Known = { readonly signing: string; readonly x: string };

export const READERS_FILE = 'readers.json';

export class Readers {
  /** With its private key. */
  readonly own: Reader;
  /** As it is announced. */
  readonly publicKey: string;
  readonly #path: string;
  readonly #known: Map<string, Known>;
  readonly #keys = new Map<string, KeyObject>();

  constructor(state: string, { node }: Pick<Identity, 'node'>) {
    const key = decryptionKey(state);
    this.own = { node, key };
    this.publicKey = publicText(key);
    this.#path = join(meshDirectory(state), READERS_FILE);
    this.#known = new Map(Object.entries(readJson<Record<string, Known>>(this.#path) ?? {}));
  }

  /** @param signing the key that signed the announcement. */
  hear({ node, reader }: Pick<Announcement, 'node' | 'reader'>, signing: string): void {
    const before = this.#known.get(node);
    if (reader === undefined || (before?.x === reader && before.signing === signing)) return;
    this.#known.set(node, { signing, x: reader });
    writeJsonDurably(this.#path, Object.fromEntries(this.#known));
  }

  /** @param signing the key that the node has now. */
  of(node: string, signing: string): Reader | undefined {
    if (node === this.own.node) return { node, key: createPublicKey(this.own.key) };
    const known = this.#known.get(node);
    if (known?.signing !== signing) return undefined;
    const key = this.#keys.get(known.x) ?? readerKeyOf(known.x);
    this.#keys.set(known.x, key);
    return { node, key };
  }
}
