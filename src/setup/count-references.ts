/** Counts what refers to a name that `init` is about to change. */
import { decode, type ExistingFiles } from './existing-files.js';

/** Larger files are data. */
const MOST_BYTES = 1 << 20;
const MOST_NAMES = 5;

/** A sentence for the owner: how many references to a file or folder at the top, and where. */
export function countReferences(existing: ExistingFiles, name: string): string {
  const isFolder = !existing.has(name);
  const escaped = name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const mention = new RegExp(
    `(?<![\\p{L}\\p{N}_-])${escaped}${isFolder ? '/' : '(?![\\p{L}\\p{N}_-])'}`,
    'gu',
  );
  const counts: (readonly [path: string, count: number])[] = [];
  for (const path of existing.paths) {
    const bytes = existing.link(path) === undefined ? existing.bytes(path) : undefined;
    if (bytes === undefined || bytes.length > MOST_BYTES) continue;
    const count = decode(bytes)?.match(mention)?.length ?? 0;
    if (count > 0) counts.push([path, count]);
  }
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  if (all === 0) return 'no file refers to the old name';
  const names = counts.slice(0, MOST_NAMES).map(([path, count]) => `${path} (${count})`);
  const more = counts.length > MOST_NAMES ? ` and ${counts.length - MOST_NAMES} more files` : '';
  return `${all} ${all === 1 ? 'reference' : 'references'} to ${name}${isFolder ? '/' : ''} ${all === 1 ? 'keeps' : 'keep'} the old name, in ${names.join(', ')}${more}`;
}
