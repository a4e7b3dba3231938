/** What a guarded tool changes for a pass in a copy of its own: the files that were copied. */
import { closeSync, constants, mkdirSync, openSync } from '../../kernel/files.js';
import { join } from 'node:path';
import type { Edit } from '../../tools/tool-context.js';
import { removeIfThere, writeFileDurably } from '../../workspace/durable.js';
import type { Preview, PreviewedFile } from '../../workspace/preview.js';
import { errnoOf, onFile } from '../../workspace/storage-error.js';
import { isInCopy, type PassCopy } from './pass-copy.js';

/**
 * @returns what is left to commit to the workspace. A bundle belongs to the workspace, and so does
 * an edit that also touches other files: then the copy follows it.
 */
export function writeToCopy(
  copy: PassCopy,
  { edit, whole }: { readonly edit: Edit; readonly whole: Pick<Preview, 'files' | 'rows'> },
): Edit {
  const copied = whole.files.filter(({ path }) => isInCopy(copy, path));
  for (const file of copied) put(copy, file);
  const isWhole = copied.length === whole.files.length && whole.rows.length === 0;
  return edit.bundle === undefined && isWhole ? { ...edit, changes: [], notices: [] } : edit;
}

function put({ folder }: PassCopy, { path, after }: PreviewedFile): void {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  inFolder(folder, parts, (directory) => {
    const target = join(directory, name);
    if (after === undefined) removeIfThere(target);
    else writeFileDurably(target, after);
  });
}

/**
 * Opens each parent folder without following links: the agent can replace any of them while
 * this runs, and must not lead the write out of its copy. Copies exist only on Linux.
 */
function inFolder(
  start: string,
  parts: readonly string[],
  action: (directory: string) => void,
): void {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  let descriptor = onFile(start, 'open', () => openSync(start, flags));
  try {
    for (const part of parts) {
      const path = join(`/proc/self/fd/${descriptor}`, part);
      onFile(join(start, ...parts), 'create', () => makeFolder(path));
      const next = onFile(join(start, ...parts), 'open', () => openSync(path, flags));
      closeSync(descriptor);
      descriptor = next;
    }
    action(`/proc/self/fd/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}
