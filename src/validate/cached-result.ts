/**
 * Caches the whole result of a validation in `.nocturne/validation.json` until something changes.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from '../kernel/files.js';
import { join } from 'node:path';
import type { Diagnostic } from '../kernel/diagnostic.js';
import { TEMP_PREFIX } from '../workspace/durable.js';
import { fileSystemNow, hourOf, isSettled, statText } from '../workspace/file-stat.js';
import { within } from '../workspace/root-descriptor.js';
import type { FileEntry } from '../workspace/types.js';

export type CachedResult = {
  readonly diagnostics: readonly Diagnostic[];
  readonly files: number;
  readonly records: number;
};

/** What a result depends on in addition to the governed files. */
export type Ground = {
  /**
   * Identifies the program and everything else that is neither in the workspace nor in `outside`.
   */
  readonly program: string;
  /** Other files and folders that rules may read: trust, anchors, keys, the lease. */
  readonly outside: readonly string[];
  readonly home?: string;
  readonly modules?: readonly string[];
  /** Milliseconds; by default the clock's time, and for files their file system's. */
  readonly now?: number;
};

type Listing = { readonly root: string; readonly files: ReadonlyMap<string, FileEntry> };

/**
 * A hash of everything that a rule can read. Of the time it has only the hour: queries of R6 and of
 * failure modes ask SQLite for the time, but look back days. `undefined` if a file was changed so
 * recently that another change might not show.
 */
export function resultKey(
  { root, files }: Listing,
  { program, outside, modules = [], home = '', now }: Ground,
): string | undefined {
  const seenAt = now ?? fileSystemNow(root);
  const hash = createHash('sha256').update(
    `${program}\n${root}\n${home}\n${modules.join(',')}\n${hourOf(new Date(now ?? Date.now()))}\n`,
  );
  let text = '';
  for (const entry of files.values()) {
    if (!isSettled(entry, seenAt)) return undefined;
    text += `${entry.path}\0${statText(entry)} ${entry.mode} ${entry.links} ${entry.target ?? ''}\n`;
  }
  hash.update(text);
  for (const path of outside.flatMap(withFilesIn)) {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    if (!isSettled(stats, seenAt)) return undefined;
    hash.update(`${path}\0${statText(stats)}\n`);
  }
  return hash.digest('hex');
}

function withFilesIn(path: string): readonly string[] {
  try {
    return [
      path,
      ...readdirSync(path)
        .sort()
        .map((name) => join(path, name)),
    ];
  } catch {
    return [path];
  }
}

const resultPath = (root: string): string => within(root, '.nocturne', 'validation.json');

export function readCachedResult(root: string, key: string): CachedResult | undefined {
  try {
    const cached = JSON.parse(readFileSync(resultPath(root), 'utf8')) as {
      readonly key?: string;
      readonly validation?: CachedResult;
    };
    return cached.key === key ? cached.validation : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Renames the file into place, so that nobody reads half of it. It is lost if it cannot be written.
 */
export function cacheResult(root: string, key: string, validation: CachedResult): void {
  const temp = within(root, '.nocturne', `${TEMP_PREFIX}validation-${randomUUID()}`);
  try {
    writeFileSync(temp, JSON.stringify({ key, validation }));
    renameSync(temp, resultPath(root));
  } catch {
    // The next run computes it again.
  }
}
