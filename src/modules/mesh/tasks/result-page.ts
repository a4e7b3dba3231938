/** How a task ended, as a page of `mesh/inbox/`, in the commit that ends it. */
import { defined } from '../../../kernel/defined.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import type { Change, Snapshot } from '../../../workspace/types.js';

export type TaskEnd = {
  readonly task: string;
  readonly state: 'completed' | 'released' | 'rejected' | 'cancelled';
  readonly attempt: number;
  readonly node?: string | undefined;
  readonly runId?: string | undefined;
  /** Markdown. */
  readonly body: string;
};

export function isEnd(state: string): state is TaskEnd['state'] {
  return ['completed', 'released', 'rejected', 'cancelled'].includes(state);
}

/** Nothing if the page of this attempt is there. */
export function resultChanges(snapshot: Snapshot, end: TaskEnd): readonly Change[] {
  const { task, state, attempt, node, runId, body } = end;
  const key = `${task}-${Math.max(attempt, 1)}-${state}`;
  if (snapshot.files.has(`mesh/inbox/${key}.md`)) return [];
  const args = defined({ key, task, state, node, run_id: runId, body });
  return bundleChanges(snapshot, 'mesh_result', args).changes;
}
