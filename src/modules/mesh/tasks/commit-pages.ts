/** Writes what became of tasks to their pages, several in one commit. */
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import type { Change, Snapshot, Workspace } from '../../../workspace/types.js';
import { isEnd, resultChanges } from './result-page.js';
import { pageChange, type PageNext, type TaskPage, taskPage } from './task-page.js';

/** `page`: as it was decided on; a page that is another one by now is left as it is. */
export type PageWrite = { readonly page: TaskPage; readonly next: PageNext };

const BUNDLE = 'mesh_task mesh_result';

export function commitPages(workspace: Workspace, writes: readonly PageWrite[]): void {
  if (writes.length === 0) return;
  try {
    workspace.commit((view) => changeOf(view, writes));
  } catch (error) {
    // One page that cannot be edited must not keep the others from being written.
    if (!(error instanceof NocturneError) || writes.length === 1) throw error;
    for (const write of writes) commitPages(workspace, [write]);
  }
}

function changeOf(
  view: Snapshot,
  writes: readonly PageWrite[],
): {
  readonly actor: { readonly kind: 'nocturne'; readonly name: string };
  readonly runId: string;
  readonly reason: string;
  readonly bundle: string;
  readonly changes: readonly Change[];
} {
  const parts = writes.flatMap(({ page, next }) => {
    const now = taskPage(view, page.task);
    if (now === undefined || !isSame(now, page)) return [];
    return [{ task: page.task, next, changes: changesOf(view, now, next) }];
  });
  const named = parts.map(({ task, next }) => `${task} ${next.state}`);
  return {
    actor: { kind: 'nocturne', name: 'mesh' },
    runId: '',
    reason: `mesh: ${named.slice(0, 5).join(', ')}${named.length > 5 ? `, ${named.length - 5} more` : ''}`,
    bundle: BUNDLE,
    changes: parts.flatMap(({ changes }) => changes),
  };
}

/** Also of the result page, where this ends the task. */
export function changesOf(view: Snapshot, page: TaskPage, next: PageNext): readonly Change[] {
  const { changes } = pageChange(view, page, next);
  if (!isEnd(next.state) || next.state === 'completed') return changes;
  const end = {
    task: page.task,
    state: next.state,
    attempt: next.attempt ?? page.attempt,
    ...defined({ node: next.node }),
    body: `# ${page.spec.title}\n\n${next.why ?? 'No reason was given.'}\n`,
  };
  return [...changes, ...resultChanges(view, end)];
}

function isSame(a: TaskPage, b: TaskPage): boolean {
  return a.state === b.state && a.attempt === b.attempt && a.node === b.node;
}
