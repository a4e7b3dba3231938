/** What a job's files are at one moment, so that two looks tell what the run wrote. */
import { resolve } from 'node:path';
import { globMatches } from '../../kernel/glob.js';
import { programsOf } from '../../project/condition-programs.js';
import type { Condition } from '../../project/condition-types.js';
import { hashIfThere } from '../../workspace/file-content.js';
import type { FileEntry } from '../../workspace/types.js';
import type { BaseFolder } from './base-folder.js';
import type { Job } from './job.js';

/** `changed`: the time that no program can set, and the inode; both differ after a rewrite. */
export type SeenFile = {
  readonly sha256: string;
  readonly size: number;
  readonly changed: string;
};
/** By path relative to the base. `checks`: programs and schemas that decide about the run. */
export type Look = {
  readonly files: Readonly<Record<string, SeenFile>>;
  readonly checks: Readonly<Record<string, string>>;
};

export function lookAtFiles(
  base: BaseFolder,
  job: Pick<Job, 'fresh' | 'requires' | 'proves'>,
): Look {
  const { snapshot, folder } = base;
  const prefix = folder === '' ? '' : `${folder}/`;
  const globs = [...job.fresh, ...conditions(job).flatMap(comparedGlobs)];
  const files: Record<string, SeenFile> = {};
  for (const entry of snapshot.files.values()) {
    if (entry.kind !== 'file' || !entry.path.startsWith(prefix)) continue;
    const path = entry.path.slice(prefix.length);
    if (!globs.some((glob) => globMatches(glob, path))) continue;
    const sha256 = snapshot.hash(entry.path);
    if (sha256 !== undefined) files[path] = { sha256, size: entry.size, changed: changeOf(entry) };
  }
  const checks: Record<string, string> = {};
  for (const word of conditions(job).flatMap(checkFiles))
    checks[word] = hashIfThere(resolve(base.path, word)) ?? '';
  return { files, checks };
}

function changeOf({ ino, ctimeMs }: FileEntry): string {
  return `${ino} ${ctimeMs}`;
}

function conditions({ requires, proves }: Pick<Job, 'requires' | 'proves'>): readonly Condition[] {
  return [...requires, ...proves].flatMap(flat);
}

function flat(condition: Condition): readonly Condition[] {
  switch (condition.kind) {
    case 'all_of':
    case 'any_of':
      return condition.of.flatMap(flat);
    case 'not':
      return flat(condition.of);
    default:
      return [condition];
  }
}

function comparedGlobs(condition: Condition): readonly string[] {
  return condition.kind === 'hash_changed' ? condition.in : [];
}

function checkFiles(condition: Condition): readonly string[] {
  if (condition.kind === 'command') return programsOf(condition.argv);
  return condition.kind === 'json_schema' && typeof condition.schema === 'string'
    ? [condition.schema]
    : [];
}
