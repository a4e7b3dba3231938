/** What an agent has seen of a file, and whether it may replace the whole file. */
import { sha256 } from '../kernel/hash.js';

/** Lines from 1, both included; `of`: how many the file has. */
export type LineRange = { readonly from: number; readonly to: number; readonly of: number };

/** `whole`: the agent knows all of the version with this hash, not only some of its lines. */
export type SeenFile = { readonly hash: string; readonly whole: boolean };

/** What one pass has read and written of each file, for every interface. */
export type SeenFiles = {
  last(path: string): SeenFile | undefined;
  /** @param lines what the agent was shown; default: all of it */
  note(path: string, hash: string, lines?: LineRange): void;
};

/** Why the file must not be replaced, or `undefined`: the new content may be written. */
export function staleReason(
  path: string,
  write: {
    readonly base: string | undefined;
    readonly content: string | Uint8Array;
    readonly seen: SeenFile | undefined;
  },
): string | undefined {
  const { base, content, seen } = write;
  if (base === undefined || base === sha256(content)) return undefined;
  if (seen === undefined)
    return `${path} exists, and you have not read it in this pass: read it first`;
  if (seen.hash !== base) return `${path} changed since you read it: read it again`;
  return seen.whole ? undefined : `you have read only some lines of ${path}: read the others first`;
}

/** After a replaced passage: the agent knows the result if it knew what it replaced it in. */
export function noteEdit(
  files: SeenFiles,
  path: string,
  edit: { readonly base: string | undefined; readonly content: string | Uint8Array },
): void {
  const seen = files.last(path);
  if (edit.base === undefined || (seen?.whole === true && seen.hash === edit.base))
    files.note(path, sha256(edit.content));
}

export function countLines(content: string): number {
  const lines = content.split('\n').length;
  return content.endsWith('\n') ? lines - 1 : lines;
}
