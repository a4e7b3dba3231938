/** Keeps what a file held before hooks were installed, so that uninstalling restores every byte. */
import { readFileSync } from '../kernel/files.js';
import { join } from 'node:path';
import { sha256 } from '../kernel/hash.js';
import { makeDirectory, removeIfThere, writeFileDurably } from '../workspace/durable.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';

/** `before`: hash of the former bytes, null if there was no file. `made`: the folder was new. */
type Note = {
  readonly version: 1;
  readonly path: string;
  readonly before: string | null;
  readonly after: string;
  readonly made: boolean;
};
export type Before = {
  readonly content: Buffer | undefined;
  readonly after: string;
  readonly made: boolean;
};

const FOLDER = 'hooks';

export function keepBefore(
  state: string,
  name: string,
  kept: {
    readonly path: string;
    readonly before: Buffer | undefined;
    readonly after: Uint8Array;
    readonly made: boolean;
  },
): void {
  const folder = join(state, FOLDER);
  makeDirectory(folder, 0o700);
  const before = kept.before === undefined ? null : sha256(kept.before);
  if (kept.before !== undefined)
    writeFileDurably(join(folder, `${before}.bytes`), kept.before, { mode: 0o600 });
  writeJsonDurably(join(folder, `${name}.json`), {
    version: 1,
    path: kept.path,
    before,
    after: sha256(kept.after),
    made: kept.made,
  } satisfies Note);
}

export function readBefore(state: string, name: string): Before | undefined {
  const note = readJson<Note>(join(state, FOLDER, `${name}.json`));
  if (note === undefined) return undefined;
  return {
    content:
      note.before === null ? undefined : readFileSync(join(state, FOLDER, `${note.before}.bytes`)),
    after: note.after,
    made: note.made,
  };
}

export function forgetBefore(state: string, name: string): void {
  const note = readJson<Note>(join(state, FOLDER, `${name}.json`));
  if (typeof note?.before === 'string') removeIfThere(join(state, FOLDER, `${note.before}.bytes`));
  removeIfThere(join(state, FOLDER, `${name}.json`));
}
