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

  /**
   * Looks at the files of some tasks; default: at all of them.
   * @returns the tasks whose pages changed, came or went.
   */
  look(some?: readonly string[]): readonly string[] {
    const found = this.#found(some ?? this.#listed());
    const changed = [...found].filter(([task, mark]) => this.#seen.get(task) !== mark);
    const known = some?.filter((task) => this.#seen.has(task)) ?? [...this.#seen.keys()];
    const gone = known.filter((task) => !found.has(task));
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

  #listed(): readonly string[] {
    const names = listIfThere(join(this.#workspace.root, FOLDER));
    return names.filter((name) => name.endsWith('.md')).map((name) => name.slice(0, -3));
  }

  #found(tasks: readonly string[]): ReadonlyMap<string, string> {
    return new Map(
      tasks.flatMap((task) => {
        const mark = fileMark(join(this.#workspace.root, taskFile(task)));
        return mark === '' ? [] : [[task, mark] as const];
      }),
    );
  }
}
