/** What the owner changed on the page: events like any other, or a problem where it is not one. */
import { stamp } from '../../../kernel/clock.js';
import { fileRange } from '../../../kernel/diagnostic.js';
import { defined } from '../../../kernel/defined.js';
import { fieldText } from '../../../project/field-text.js';
import { isSameStep } from '../engine/same-step.js';
import { statusText } from '../engine/status-text.js';
import { hashesOf } from './hashes-of.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { Problem } from '../template/problem.js';
import type { Plan, PlanEvent, PlanStatus, StepState, StepStatus } from '../types.js';
import type { PlanPage, PlanRow } from './plan-page.js';

export type OwnerEdits = {
  readonly events: readonly PlanEvent[];
  readonly problems: readonly Problem[];
};

/**
 * @param plans `base`: what the page showed when Nocturne wrote it last; of a page that Nocturne
 *   has not written yet, the plan that it describes, as a draft. `now`: the plan by the log.
 */
export function ownerEdits(
  snapshot: Snapshot,
  page: PlanPage,
  { base, now }: { readonly base: Plan; readonly now: Plan },
): OwnerEdits {
  const time = stamp(snapshot.now);
  const events: PlanEvent[] = [];
  const problems: Problem[] = [];
  const isSame =
    page.definitions.length === base.definitions.length &&
    page.definitions.every((step, i) => isSameStep(step, base.definitions[i] ?? step));
  if (!isSame || page.policy !== base.policy)
    events.push({
      kind: 'edited',
      time,
      definitions: page.definitions,
      ...defined({ policy: page.policy === base.policy ? undefined : page.policy }),
    });
  for (const definition of page.definitions) {
    const row = page.rows.get(definition.id);
    const status = base.steps.get(definition.id) ?? NEW;
    if (row?.state === undefined || row.state === status.state) continue;
    if (row.state === now.steps.get(definition.id)?.state) continue;
    if (page.revision === undefined && UNTOUCHED.has(row.state)) continue;
    const produced = (): Readonly<Record<string, string>> =>
      hashesOf(snapshot, base.project, definition.produces);
    const found = rowEvent(definition.id, { row, status, time, produced });
    if (found === undefined) problems.push(notByHand(row, row.state));
    else events.push(found);
  }
  if (page.status !== base.status && page.status !== now.status) {
    const kind = statusEvent(base.status, page.status);
    if (kind === undefined) problems.push(notThatStatus(snapshot, page, base.status));
    else events.push({ kind, time });
  }
  return problems.length > 0 ? { events: [], problems } : { events, problems };
}

const NEW: StepStatus = { state: 'waiting', tries: 0 };
/** What a table that nobody has worked on says. */
const UNTOUCHED: ReadonlySet<StepState> = new Set(['waiting', 'ready']);

function rowEvent(
  step: string,
  edit: {
    readonly row: PlanRow;
    readonly status: StepStatus;
    readonly time: string;
    readonly produced: () => Readonly<Record<string, string>>;
  },
): PlanEvent | undefined {
  const { row, status, time, produced } = edit;
  const written = fieldText(row.record, 'why');
  const reason = written === (status.why ?? '') ? '' : written;
  switch (row.state) {
    case 'skipped':
      return { kind: 'skipped', time, step, why: reason || 'You passed over it.' };
    case 'ready':
    case 'retry':
      return { kind: 'retried', time, step };
    case 'proved':
      return { kind: 'proved', time, step, produced: produced() };
    case 'failed': {
      const why = reason || 'You marked it as failed.';
      return { kind: 'failed', time, step, cause: 'rejected', why };
    }
    default:
      return undefined;
  }
}

function statusEvent(
  from: PlanStatus,
  to: PlanStatus,
): 'approved' | 'paused' | 'resumed' | 'aborted' | undefined {
  if (to === 'paused' || to === 'aborted') return to;
  if (to !== 'approved' && to !== 'running') return undefined;
  if (from === 'paused' || from === 'aborted') return 'resumed';
  return from === 'draft' ? 'approved' : undefined;
}

function notByHand({ record }: PlanRow, state: StepState): Problem {
  return {
    range: record.fields.get('state')?.range ?? record.range,
    message: `only Nocturne gives a step the state ${state}`,
    expected: 'skipped, ready (it runs again), proved or failed',
    actual: state,
    hint: 'write one of these, or what was there before',
  };
}

function notThatStatus(snapshot: Snapshot, page: PlanPage, from: PlanStatus): Problem {
  const [record] = snapshot.recordsIn(page.file, 'PLAN');
  const range = record?.fields.get('status')?.range ?? record?.range;
  return {
    range: range ?? fileRange(page.file),
    message: `a plan that ${statusText(from)} cannot become ${page.status} by hand`,
    expected: EXPECTED[from],
    actual: page.status,
    hint: `write ${from}, or what you want to happen`,
  };
}

const EXPECTED: Readonly<Record<PlanStatus, string>> = {
  draft: 'approved or aborted',
  approved: 'paused or aborted',
  running: 'paused or aborted',
  paused: 'approved or aborted',
  aborted: 'approved, which goes on with it',
  done: 'done; a row with the state ready runs that step again',
  failed: 'failed; a row with the state ready runs that step again',
};
