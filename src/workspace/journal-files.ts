/**
 * The files in `.nocturne/journal/`. Its name (`tx-….entry`) makes an entry committed.
 *
 * The file of a finished entry becomes the `spare` for the next one, because freeing and allocating
 * blocks costs more than writing. It is renamed to `spare` only after the removal of its old name
 * has been flushed, so no power cut can make it an entry again while it is overwritten.
 */
import { closeSync, openSync, renameSync, statSync } from '../kernel/files.js';
import { dirname, join } from 'node:path';
import {
  type Failpoint,
  flush,
  makeDirectory,
  removeIfThere,
  stage,
  syncDirectory,
  TEMP_PREFIX,
  writeAll,
} from './durable.js';
import { listIfThere } from './read-if-there.js';
import { within } from './root-descriptor.js';
import { errnoOf, onFile, storageError } from './storage-error.js';

const SUFFIX = '.entry';
const RETIRED = '.done';
const SPARE = 'spare';
/** A larger file is removed instead. */
const SPARE_LIMIT = 1 << 20;

const journalIn = (root: string): string => within(root, '.nocturne', 'journal');

/** Paths of the committed entries. */
export function committedEntries(root: string): readonly string[] {
  return listIfThere(journalIn(root))
    .filter((name) => name.endsWith(SUFFIX) && !name.startsWith(TEMP_PREFIX))
    .map((name) => join(journalIn(root), name));
}

/** Removes leftovers of dead processes, and returns how many were not committed. */
export function clearJournal(root: string): number {
  const unfinished = listIfThere(journalIn(root)).filter((name) => name.startsWith(TEMP_PREFIX));
  const retired = listIfThere(journalIn(root)).filter((name) => name.endsWith(RETIRED));
  for (const name of [...unfinished, ...retired]) removeIfThere(join(journalIn(root), name));
  return unfinished.length;
}

/** Whether there is nothing to finish or to remove. */
export function isJournalEmpty(root: string): boolean {
  return listIfThere(journalIn(root)).every((name) => name === SPARE);
}

/** Commits: after a return the entry is durable, after an error it does not exist. */
export function writeEntry(
  root: string,
  entry: { readonly txid: string; readonly bytes: Buffer; readonly failpoint: Failpoint },
): string {
  const { txid, bytes, failpoint } = entry;
  const journal = journalIn(root);
  const [file, temp] = [join(journal, txid + SUFFIX), join(journal, TEMP_PREFIX + txid)];
  makeDirectory(journal);
  try {
    const descriptor =
      reuseSpare(join(journal, SPARE), temp, bytes) ?? stage(temp, bytes, { mode: 0o600 });
    failpoint('entry written');
    flush(temp, descriptor);
    failpoint('entry flushed');
    onFile(file, 'commit', () => renameSync(temp, file));
    failpoint('entry renamed');
    syncDirectory(journal);
    failpoint('committed');
    return file;
  } catch (error) {
    removeIfThere(temp);
    // The entry may have its name already, but what failed must not happen later.
    if (removeIfThere(file)) syncDirectory(journal);
    throw error;
  }
}

/** Removes an entry that has been carried out or undone. */
export function retireEntry(file: string, failpoint: Failpoint): void {
  const journal = dirname(file);
  const retired = `${file.slice(0, -SUFFIX.length)}${RETIRED}`;
  onFile(file, 'remove', () => renameSync(file, retired));
  failpoint('entry retired');
  syncDirectory(journal);
  failpoint('retirement flushed');
  if (statSync(retired).size > SPARE_LIMIT) removeIfThere(retired);
  else onFile(file, 'keep for reuse', () => renameSync(retired, join(journal, SPARE)));
}

function reuseSpare(spare: string, temp: string, bytes: Buffer): number | undefined {
  try {
    renameSync(spare, temp);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw storageError(error, spare, 'reuse');
  }
  const descriptor = onFile(temp, 'open', () => openSync(temp, 'r+'));
  try {
    onFile(temp, 'write', () => writeAll(descriptor, bytes));
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
