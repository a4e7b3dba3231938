/**
 * Large objects are lists of chunks, each an object of its own: a log that grew by a line costs one
 * chunk and one list. The list of `HASH` is the object file `HASH.chunks`:
 *
 *     <size in bytes>
 *     <SHA-256 of the first chunk>
 *     …
 */
import { lstatSync } from '../kernel/files.js';
import { readTextIfThere } from './read-if-there.js';

/** Bytes. A larger content is stored in chunks of this size. */
export const CHUNK = 1024 * 1024;
const SUFFIX = '.chunks';
const LIST = /^\d+\n(?:[0-9a-f]{64}\n)*$/;

export type ChunkList = { readonly size: number; readonly chunks: readonly string[] };

/** The name of the file with the list of an object. */
export function listName(hash: string): string {
  return `${hash}${SUFFIX}`;
}

/** The hash of the object that a file of the store is about. */
export function hashOfName(name: string): string {
  return name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name;
}

export function isListName(name: string): boolean {
  return name.endsWith(SUFFIX);
}

export function encodeList({ size, chunks }: ChunkList): string {
  return [size, ...chunks, ''].join('\n');
}

/** `undefined` if there is no list, or none that is whole. */
export function readList(path: string): ChunkList | undefined {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const text = readTextIfThere(path) ?? '';
  if (!LIST.test(text)) return undefined;
  const [size = '', ...chunks] = text.trimEnd().split('\n');
  return Math.ceil(Number(size) / CHUNK) === chunks.length
    ? { size: Number(size), chunks }
    : undefined;
}
