/**
 * What the files of a workspace were when nocturne wrote them: the base of a later comparison. Kept
 * in its state directory.
 */
import { join } from 'node:path';
import { sha256 } from '../kernel/hash.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import type { Reference } from './reference-files.js';

/**
 * `version`: of nocturne. `files`: the shipped text by path, before the owner's words were put in.
 */
export type ReferenceRecord = {
  readonly format: 1;
  readonly version: string;
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly text: string }>>;
};

const FILE = 'reference.json';

/** `undefined` when it was not recorded on this machine. */
export function readReferenceRecord(state: string): ReferenceRecord | undefined {
  const value = readJson<Partial<ReferenceRecord>>(join(state, FILE));
  return value?.format === 1 && typeof value.version === 'string' && typeof value.files === 'object'
    ? (value as ReferenceRecord)
    : undefined;
}

export function recordReference(state: string, reference: Reference): void {
  const files = Object.fromEntries(
    reference.paths.map((path) => [
      path,
      { sha256: sha256(reference.text(path)), text: reference.text(path) },
    ]),
  );
  const record: ReferenceRecord = { format: 1, version: reference.version, files };
  writeJsonDurably(join(state, FILE), record);
}
