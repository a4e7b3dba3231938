/**
 * The files of a workspace in groups, so that the cache compares a group at once: after one edit,
 * it looks into one of them. The files of a project are in the same group.
 */
import { statText } from './file-stat.js';
import type { FileEntry } from './types.js';

type Files = ReadonlyMap<string, FileEntry>;

/** `listing`: a line for each file, which changes whenever the file does. */
export type FileGroup = { readonly entries: FileEntry[]; listing: string };

const GROUPS = 256;
const groups = new WeakMap<Files, ReadonlyMap<number, FileGroup>>();

/** The same for the same listing of files, which two caches ask for. */
export function fileGroups(files: Files): ReadonlyMap<number, FileGroup> {
  const ready = groups.get(files);
  if (ready !== undefined) return ready;
  const made = new Map<number, FileGroup>();
  for (const entry of files.values()) {
    const id = groupOf(entry.path);
    const group = made.get(id);
    if (group === undefined) made.set(id, { entries: [entry], listing: lineOf(entry) });
    else {
      group.entries.push(entry);
      group.listing += lineOf(entry);
    }
  }
  groups.set(files, made);
  return made;
}

/** By the first two folders. */
export function groupOf(path: string): number {
  const second = path.indexOf('/', path.indexOf('/') + 1);
  let hash = 0;
  for (let i = 0; i < second; i++) hash = (Math.imul(hash, 31) + path.charCodeAt(i)) | 0;
  return (hash >>> 0) % GROUPS;
}

export function lineOf(entry: FileEntry, stat: string = statText(entry)): string {
  return `${entry.path}\0${stat} ${entry.mode} ${entry.links} ${entry.target ?? ''}\n`;
}
