/** A task of the node `lead`, as its page, and its record on the server. */
import type { TaskView } from '../../../../src/modules/mesh/tasks/decide.js';
import { recordOf, type SeenRecord } from '../../../../src/modules/mesh/tasks/judge-record.js';
import type { TaskRecord, TaskState } from '../../../../src/modules/mesh/tasks/task.js';
import type { TaskPage } from '../../../../src/modules/mesh/tasks/task-page.js';

export function samplePage(more: Partial<TaskPage> = {}): TaskPage {
  return {
    file: 'mesh/outbox/page.md',
    task: 'page',
    project: 'pages',
    spec: {
      task: 'page',
      title: 'Write the page',
      objective: 'Write outputs/page.md.',
      tags: [],
      band: 'normal',
      writes: ['outputs/**'],
      criteria: [],
      produces: [],
      budget: {},
    },
    retries: 2,
    state: 'queued',
    attempt: 1,
    leftOut: [],
    package: 'p1',
    ...more,
  };
}

/** A page in this state; somebody has it where that belongs to the state. */
export function pageIn(state: TaskState, more: Partial<TaskPage> = {}): TaskPage {
  const isHeld = ['claimed', 'running', 'pending_review', 'failed', 'completed'].includes(state);
  return samplePage({ state, ...(isHeld ? { node: 'helper' } : {}), ...more });
}

export const CHANGE_SET = 'c'.repeat(64);

/** What this node has written; as the page says otherwise. */
export function recordBy(
  by: string,
  page: TaskPage,
  more: Partial<TaskRecord> = {},
): SeenRecord & { readonly kind: 'legal' } {
  return { kind: 'legal', by, revision: 7, record: { ...recordOf(page, 'lead'), ...more } };
}

/** The record says the same as the page, and nothing is due. */
export function viewOf(page: TaskPage, more: Partial<TaskView> = {}): TaskView {
  return {
    page,
    seen: recordBy('lead', page),
    held: recordOf(page, 'lead'),
    ms: { inState: 0, unheard: 0, sinceWake: 0 },
    arrival: 'none',
    candidates: 2,
    isDrained: false,
    ...more,
  };
}
