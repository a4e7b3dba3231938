/** The pages of the outbox, read again only where a file has changed. */
import { join } from 'node:path';
import { fileMark } from '../../../workspace/file-stat.js';
import { listIfThere } from '../../../workspace/read-if-there.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { type TaskPage, taskFile, taskPage } from './task-page.js';

const FOLDER = 'mesh/outbox';

export class Outbox {
  readonly #workspace: Workspace;
  readonly #seen = new Map<string, string>();
  readonly #pages = new Map<string, TaskPage>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  get pages(): ReadonlyMap<string, TaskPage> {
    return this.#pages;
  }

  /** Looks at the files. @returns the tasks whose pages changed, came or went. */
  look(): readonly string[] {
    const found = this.#found();
    const changed = [...found].filter(([task, mark]) => this.#seen.get(task) !== mark);
    const gone = [...this.#seen.keys()].filter((task) => !found.has(task));
    if (changed.length + gone.length === 0) return [];
    const snapshot = this.#workspace.snapshot();
    for (const [task, mark] of changed) {
      this.#seen.set(task, mark);
      this.#read(snapshot, task);
    }
    for (const task of gone) {
      this.#seen.delete(task);
      this.#pages.delete(task);
    }
    return [...changed.map(([task]) => task), ...gone];
  }

  #read(snapshot: Snapshot, task: string): void {
    const page = taskPage(snapshot, task);
    if (page === undefined || snapshot.recordDiagnostics(taskFile(task)).length > 0)
      this.#pages.delete(task);
    else this.#pages.set(task, page);
  }

  #found(): ReadonlyMap<string, string> {
    const folder = join(this.#workspace.root, FOLDER);
    const files = listIfThere(folder).filter((name) => name.endsWith('.md'));
    return new Map(
      files.flatMap((name) => {
        const mark = fileMark(join(folder, name));
        return mark === '' ? [] : [[name.slice(0, -3), mark] as const];
      }),
    );
  }
}
