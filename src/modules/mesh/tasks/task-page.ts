/**
 * The page of a task in `mesh/outbox/`: what is to be done, and what became of it. Criteria are
 * in a fenced block `yaml criteria` in its body; the rest of the body is the objective.
 */
import { parse } from 'yaml';
import { defined } from '../../../kernel/defined.js';
import type { Doc, Rec } from '../../../markdown/types.js';
import type { ModuleChange } from '../../../passes/module.js';
import { fieldInt, fieldList, fieldText } from '../../../project/field-text.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import type { Snapshot } from '../../../workspace/types.js';
import { type Band, BANDS } from '../wire/names.js';
import { STATES, type TaskSpec, type TaskState } from './task.js';

export type TaskPage = {
  readonly file: string;
  readonly task: string;
  readonly project: string;
  readonly spec: TaskSpec;
  /** How often it is tried again after the first time. */
  readonly retries: number;
  readonly state: TaskState;
  /** 0 before it is queued for the first time. */
  readonly attempt: number;
  readonly node?: string;
  readonly leftOut: readonly string[];
  readonly package?: string;
  readonly runId?: string;
  readonly why?: string;
  /** Of the block `criteria`: why it cannot be read. */
  readonly problem?: string;
};
/** What is written to a page. What it does not say is cleared, but `attempt` and `leftOut`. */
export type PageNext = {
  readonly state: TaskState;
  readonly attempt?: number;
  readonly leftOut?: readonly string[];
  readonly node?: string;
  readonly package?: string;
  readonly runId?: string;
  readonly why?: string;
  /** The package, or the change set, could not be had from the store. Not on the page. */
  readonly lost?: true;
};

const DEFAULT_RETRIES = 2;

export function taskFile(task: string): string {
  return `mesh/outbox/${task}.md`;
}

export function taskPages(snapshot: Snapshot): readonly TaskPage[] {
  return snapshot.records('MESH-TASK').map((record) => pageOf(snapshot, record));
}

export function taskPage(snapshot: Snapshot, task: string): TaskPage | undefined {
  const [record] = snapshot.recordsIn(taskFile(task), 'MESH-TASK');
  return record === undefined ? undefined : pageOf(snapshot, record);
}

/** Of one page, for a commit on this snapshot. */
export function pageChange(snapshot: Snapshot, page: TaskPage, next: PageNext): ModuleChange {
  const { state, node, package: packed, runId, why } = next;
  const [attempt, leftOut] = [next.attempt ?? page.attempt, next.leftOut ?? page.leftOut];
  const { changes } = bundleChanges(
    snapshot,
    'mesh_task',
    defined({
      key: page.task,
      state,
      attempt: attempt === 0 ? undefined : attempt,
      node,
      left_out: leftOut.length === 0 ? undefined : leftOut,
      package: packed,
      run_id: runId,
      why: why?.replaceAll(/\s+/g, ' ').trim(),
    }),
  );
  return { reason: `mesh task ${page.task}: ${state}`, bundle: 'mesh_task', changes };
}

/**
 * After an attempt that came to nothing: tried again by another node, or released when all tries
 * are used. The next attempt begins with a new package.
 * @param node that is not asked again.
 */
export function tryAgain(
  page: TaskPage,
  { why, node }: { readonly why: string; readonly node?: string },
): PageNext {
  const leftOut =
    node === undefined || page.leftOut.includes(node) ? page.leftOut : [...page.leftOut, node];
  return page.attempt > page.retries
    ? { state: 'released', leftOut, why }
    : { state: 'queued', attempt: page.attempt + 1, leftOut, why };
}

function pageOf(snapshot: Snapshot, record: Rec): TaskPage {
  const doc = snapshot.doc(record.file);
  const read = doc === undefined ? { objective: '', criteria: [] } : bodyOf(doc);
  const text = (field: string): string | undefined => fieldText(record, field) || undefined;
  const list = (field: string): readonly string[] => fieldList(record, field);
  const int = (field: string): number | undefined => fieldInt(record, field);
  const spec: TaskSpec = {
    task: record.key,
    title: fieldText(record, 'title'),
    objective: read.objective,
    tags: list('tags'),
    band: BANDS.find((band) => band === text('priority')) ?? ('normal' satisfies Band),
    writes: list('writes'),
    criteria: read.criteria,
    produces: list('produces'),
    budget: defined({ minutes: int('minutes'), tokens: int('tokens') }),
  };
  return {
    file: record.file,
    task: record.key,
    project: fieldText(record, 'project'),
    spec,
    retries: int('retries') ?? DEFAULT_RETRIES,
    state: STATES.find((state) => state === text('state')) ?? 'proposed',
    attempt: int('attempt') ?? 0,
    leftOut: list('left_out'),
    ...defined({
      node: text('node'),
      package: text('package'),
      runId: text('run_id'),
      why: text('why'),
      problem: read.problem,
    }),
  };
}

function bodyOf(doc: Doc): {
  readonly objective: string;
  readonly criteria: readonly unknown[];
  readonly problem?: string;
} {
  const start = doc.frontMatter?.end ?? 0;
  const fence = doc.fences.find(({ info }) => /^ya?ml\s+criteria$/.test(info.trim()));
  if (fence === undefined) return { objective: doc.text.slice(start).trim(), criteria: [] };
  const objective = `${doc.text.slice(start, fence.start)}${doc.text.slice(fence.end)}`.trim();
  try {
    const data: unknown = parse(doc.text.slice(fence.contentStart, fence.contentEnd)) ?? [];
    return Array.isArray(data)
      ? { objective, criteria: data }
      : { objective, criteria: [], problem: 'the block criteria is not a list' };
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { objective, criteria: [], problem: `the block criteria is not YAML: ${why}` };
  }
}
