/** `validate` behind the cache: the whole result when nothing at all has changed, else what is known of each file that is as it was. */
import { createHash, randomUUID } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCache } from '../workspace/cache.js';
import { TEMP_PREFIX } from '../workspace/durable.js';
import { isSettled, statText } from '../workspace/file-stat.js';
import type { Snapshot } from '../workspace/types.js';
import type { ValidateOptions, Validation } from './validate-snapshot.js';

export type KeptOptions = ValidateOptions & {
  /** The program and everything else that is neither in the workspace nor in `outside`: another one, and nothing that was kept is believed. */
  readonly program: string;
  /** Files, and directories with the files in them, that are not governed and that rules may look at (trust, anchors, keys, the lease). */
  readonly outside: readonly string[];
  readonly progress: (line: string) => void;
};

type Result = { readonly key: string; readonly validation: Validation };

/** The same as `validate`, faster. Loads the rules only when there is something to do. */
export async function validateKept(snapshot: Snapshot, options: KeptOptions): Promise<Validation> {
  const whole = options.only === undefined && options.changed === undefined;
  const key = whole ? resultKey(snapshot, options) : undefined;
  const known = key === undefined ? undefined : readResult(snapshot.root, key);
  if (known !== undefined) return known;
  const [{ keptFacts }, { validate }] = await Promise.all([import('./kept-facts.js'), import('./validate-snapshot.js')]);
  const cache = openCache(snapshot, { key: `${options.program}\n${snapshot.hash('REGISTRY.md') ?? ''}`, progress: options.progress });
  try {
    const kept = keptFacts(snapshot, cache);
    const watched = watchTime(kept.snapshot);
    const validation = await validate(snapshot, { ...options, cache: { ...kept, snapshot: watched.snapshot } });
    if (key !== undefined && !watched.asked()) writeResult(snapshot.root, { key, validation });
    return validation;
  } finally {
    cache.close();
  }
}

/** Everything that a rule can look at but the time; `undefined` when a file was changed so lately that it could change again unseen. */
function resultKey(snapshot: Snapshot, { program, outside, modules = [], home = '' }: KeptOptions): string | undefined {
  const now = Date.now();
  const hash = createHash('sha256').update(`${program}\n${snapshot.root}\n${home}\n${modules.join(',')}\n`);
  let text = '';
  for (const entry of snapshot.files.values()) {
    if (!isSettled(entry, now)) return undefined;
    text += `${entry.path}\0${statText(entry)} ${entry.mode} ${entry.links} ${entry.target ?? ''}\n`;
  }
  hash.update(text);
  for (const path of outside.flatMap(withFilesIn)) {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    if (!isSettled(stats, now)) return undefined;
    hash.update(`${path}\0${statText(stats)}\n`);
  }
  return hash.digest('hex');
}

function withFilesIn(path: string): readonly string[] {
  try {
    return [path, ...readdirSync(path).sort().map((name) => join(path, name))];
  } catch {
    return [path];
  }
}

/** A rule that looks at the clock may find something else the next time, although nothing has changed. */
function watchTime(snapshot: Snapshot): { readonly snapshot: Snapshot; readonly asked: () => boolean } {
  let asked = false;
  const watched = Object.defineProperty({ ...snapshot }, 'now', {
    enumerable: true,
    get: () => {
      asked = true;
      return snapshot.now;
    },
  });
  return { snapshot: watched, asked: () => asked };
}

const resultPath = (root: string): string => join(root, '.nocturne', 'validation.json');

function readResult(root: string, key: string): Validation | undefined {
  try {
    const result = JSON.parse(readFileSync(resultPath(root), 'utf8')) as Partial<Result>;
    return result.key === key ? result.validation : undefined;
  } catch {
    return undefined;
  }
}

/** Renamed into place, so that nobody reads half of it; not flushed, and not missed when it cannot be written. */
function writeResult(root: string, result: Result): void {
  const temp = join(root, '.nocturne', `${TEMP_PREFIX}validation-${randomUUID()}`);
  try {
    writeFileSync(temp, JSON.stringify(result));
    renameSync(temp, resultPath(root));
  } catch {
    // The next run computes it again.
  }
}
