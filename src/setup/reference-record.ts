/** Remembers the shipped texts in the state directory: the base for comparison at an upgrade. */
import { join } from 'node:path';
import { sha256 } from '../kernel/hash.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import type { Reference } from './reference-files.js';

/** `version` of Nocturne. `files`: the shipped text by path, without the owner's details. */
export type ReferenceRecord = {
  readonly format: 1;
  readonly version: string;
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly text: string }>>;
};

const FILE = 'reference.json';

/** `undefined` if this machine has no record. */
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
