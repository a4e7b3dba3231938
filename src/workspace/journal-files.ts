/**
 * The files in `.nocturne/journal/`: an entry (`tx-….entry`) is committed by its name, everything
 * else there means nothing.
 *
 * The file of a finished entry becomes the `spare` that the next one is written into: giving blocks
 * back to the disk and taking new
 * ones costs more than the writing. A file gets the name `spare` only after the loss of its old
 * name has been flushed, so no power cut
 * can make it an entry again while it is being overwritten.
 */
import { closeSync, existsSync, openSync, readdirSync, renameSync, statSync } from 'node:fs';
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
import { within } from './root-descriptor.js';
import { errnoOf, onFile, storageError } from './storage-error.js';

const SUFFIX = '.entry';
const RETIRED = '.done';
const SPARE = 'spare';
/** A spare larger than this is given back. */
const SPARE_LIMIT = 1 << 20;

const journalIn = (root: string): string => within(root, '.nocturne', 'journal');

/** Paths of the committed entries. */
export function committedEntries(root: string): readonly string[] {
  return names(root)
    .filter((name) => name.endsWith(SUFFIX) && !name.startsWith(TEMP_PREFIX))
    .map((name) => join(journalIn(root), name));
}

/**
 * Removes what processes left that died before they committed (returns how many) or after they had
 * finished.
 */
export function clearJournal(root: string): number {
  const unfinished = names(root).filter((name) => name.startsWith(TEMP_PREFIX));
  const retired = names(root).filter((name) => name.endsWith(RETIRED));
  for (const name of [...unfinished, ...retired]) removeIfThere(join(journalIn(root), name));
  return unfinished.length;
}

/** Whether nobody has anything to finish or to clear away. */
export function isJournalEmpty(root: string): boolean {
  return names(root).every((name) => name === SPARE);
}

/**
 * Commits: when this returns the entry is there whatever happens, when it throws the entry is not.
 * Returns its path.
 */
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
    // It may have its name already: what is reported as failed must not happen later.
    if (removeIfThere(file)) syncDirectory(journal);
    throw error;
  }
}

/** Ends an entry that has been carried out or undone. */
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

function names(root: string): readonly string[] {
  const journal = journalIn(root);
  return existsSync(journal) ? onFile(journal, 'list', () => readdirSync(journal).sort()) : [];
}
