/**
 * Makes the copy of a pass from the contents of its baseline, so that an edit of the owner during
 * the copying is never taken for the agent's.
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from '../../kernel/files.js';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../../workspace/durable.js';
import { openFolder } from '../../workspace/open-folder.js';
import { within } from '../../workspace/root-descriptor.js';
import { onFile, onFiles } from '../../workspace/storage-error.js';
import { isIgnored } from '../../workspace/walk.js';
import { type BoundPath, isInCopy, type PassCopy } from './pass-copy.js';

/** A file of this size that the pass may not write is mounted instead of copied. */
const LARGE = 64 * 1024 * 1024;

export type CopySource = {
  readonly root: string;
  readonly folder: string;
  readonly places: readonly string[];
  /** Every file and link of the workspace, with what to copy from. */
  readonly files: Iterable<SourceFile>;
  readonly mayWrite: (path: string) => boolean;
  readonly isHidden?: (path: string) => boolean;
};
export type SourceFile = { readonly path: string } & (
  | {
      readonly kind: 'file';
      /** A file, or what is in none yet. */
      readonly from: () => string | Buffer;
      readonly mode: number;
      readonly size: number;
    }
  | { readonly kind: 'symlink'; readonly target: string }
);

/** @throws NocturneError `STORAGE`, for example when the disk is full. */
export function makeCopy(source: CopySource): PassCopy {
  const { root, folder, places } = source;
  return onFiles(folder, 'copy to', () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const made = places.flatMap((place) => missingFolders(root, place));
    const bound = places.flatMap((place) => copyFolders(source, place));
    const hidden: string[] = [];
    const copy: PassCopy = { folder, places, made, bound, madeAt: 0, hidden };
    const large = [...source.files].flatMap((file) => {
      if (source.isHidden?.(file.path) !== true) return copyFile(source, copy, file);
      hidden.push(file.path);
      return [];
    });
    // This sets `ctime` to the current time of the file system.
    chmodSync(folder, 0o700);
    return { ...copy, bound: [...bound, ...large], madeAt: lstatSync(folder).ctimeMs };
  });
}

/** A mount needs a folder to lie on. */
function missingFolders(root: string, place: string): readonly string[] {
  return makeDirectory(within(root, place)).map((path) => path.slice(within(root, '.').length + 1));
}

/** The folders of a place, without their files; what is not governed is mounted as it is. */
function copyFolders({ root, folder }: CopySource, place: string): readonly BoundPath[] {
  const bound: BoundPath[] = [];
  const queue = [place];
  mkdirSync(join(folder, place), { recursive: true });
  for (let current = queue.pop(); current !== undefined; current = queue.pop())
    for (const entry of readdirSync(within(root, current), { withFileTypes: true })) {
      const path = current === '' ? entry.name : `${current}/${entry.name}`;
      const isFolder = entry.isDirectory();
      const isBound = isIgnored(entry.name) && (isFolder || entry.name === '.git');
      if (isFolder) mkdirSync(join(folder, path));
      else if (isBound) writeFileSync(join(folder, path), '');
      if (isBound) bound.push({ path, isWritable: entry.name === 'node_modules' });
      else if (isFolder) queue.push(path);
    }
  return bound;
}

function copyFile(
  { folder, mayWrite }: CopySource,
  copy: PassCopy,
  file: SourceFile,
): readonly BoundPath[] {
  if (!isInCopy(copy, file.path)) return [];
  const to = join(folder, file.path);
  mkdirSync(dirname(to), { recursive: true });
  if (file.kind === 'symlink') {
    symlinkSync(file.target, to);
    return [];
  }
  if (file.size > LARGE && !mayWrite(file.path)) {
    writeFileSync(to, '');
    return [{ path: file.path, isWritable: false }];
  }
  const from = file.from();
  if (typeof from === 'string')
    onFile(to, 'write', () => copyFileSync(from, to, constants.COPYFILE_FICLONE));
  else writeFileSync(to, from);
  chmodSync(to, file.mode & 0o777);
  return [];
}

/** Also removes the folders that were made to be mounted over, where they are still empty. */
export function removeCopy(
  { root, folder }: { readonly root: string; readonly folder: string },
  made: readonly string[],
): void {
  openFolder(folder);
  onFiles(folder, 'remove', () => rmSync(folder, { recursive: true, force: true }));
  for (const path of made) {
    const place = within(root, path);
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true && readdirSync(place).length === 0) rmdirSync(place);
  }
}
