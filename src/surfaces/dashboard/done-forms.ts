/**
 * What forms have done, by form, in the state directory: a form that comes twice, also after a
 * restart of the server, is not done again, and its result can be shown.
 */
import { join } from 'node:path';
import { writeFileSync } from '../../kernel/files.js';
import { stamp } from '../../kernel/clock.js';
import type { CommandResult } from '../../passes/added-command.js';
import { makeDirectory, removeIfThere } from '../../workspace/durable.js';
import { listIfThere } from '../../workspace/read-if-there.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';
import { errnoOf, storageError } from '../../workspace/storage-error.js';
import type { Workspace } from '../../workspace/types.js';

/** Without `exit` and `text` it was begun, and nobody knows how it ended. */
export type DoneForm = {
  readonly at: string;
  readonly action: string;
  readonly exit?: number;
  readonly text?: string;
};

const MOST = 300;
const LONGEST_TEXT = 20_000;

export class DoneForms {
  readonly #folder: string;
  readonly #now: () => Date;
  #begun = 0;

  constructor({ state, clock }: Pick<Workspace, 'state' | 'clock'>) {
    this.#folder = join(state, 'dashboard', 'done');
    this.#now = () => clock.now();
    makeDirectory(this.#folder, 0o700);
  }

  /** False: this form was sent before. @param id 32 hex digits. */
  begin(id: string, action: string): boolean {
    if (this.#begun++ % 100 === 0) this.#removeOldest();
    const begun: DoneForm = { at: stamp(this.#now()), action };
    const path = this.#path(id);
    try {
      writeFileSync(path, JSON.stringify(begun), { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false;
      throw storageError(error, path, 'write');
    }
  }

  end(id: string, action: string, { exit, text }: Pick<CommandResult, 'exit' | 'text'>): void {
    const cut = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}\n…` : text;
    writeJsonDurably(this.#path(id), { at: stamp(this.#now()), action, exit, text: cut });
  }

  /** Nothing was done: the form may come again. */
  forget(id: string): void {
    removeIfThere(this.#path(id));
  }

  find(id: string): DoneForm | undefined {
    return /^[0-9a-f]{32}$/.test(id) ? readJson<DoneForm>(this.#path(id)) : undefined;
  }

  #removeOldest(): void {
    const found = listIfThere(this.#folder).map((name) => {
      const path = join(this.#folder, name);
      return { path, at: readJson<DoneForm>(path)?.at ?? '' };
    });
    const oldestFirst = found.sort((a, b) => a.at.localeCompare(b.at));
    for (const { path } of oldestFirst.slice(0, Math.max(0, found.length - MOST)))
      removeIfThere(path);
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}
