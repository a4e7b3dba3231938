/** What must be true of the plan of a story. */
import { readPlan } from '../src/modules/plans/page/read-plan.js';
import { fieldText } from '../src/project/field-text.js';
import type { Rec } from '../src/markdown/types.js';
import type { Snapshot } from '../src/workspace/types.js';
import { PLANNED } from './place.js';

export function planProblems(snapshot: Snapshot): readonly string[] {
  return [...pageProblems(snapshot), ...mergedProblems(snapshot), ...provedTwice(snapshot)];
}

function pageProblems(snapshot: Snapshot): readonly string[] {
  const { plan, problems } = readPlan(snapshot, PLANNED);
  const early = [...(plan?.steps ?? [])].flatMap(([step, { state }]) => {
    const isOpen = state === 'running' || state === 'proved';
    const needs = plan?.definitions.find(({ id }) => id === step)?.needs ?? [];
    const missing = needs.find((need) => plan?.steps.get(need)?.state !== 'proved');
    return isOpen && missing !== undefined ? [`${step} is ${state} without ${missing}`] : [];
  });
  return [...problems.map(({ message }) => message), ...early];
}

/** By the audit log: the files that a pass brought home, and its verdict. */
function mergedProblems(snapshot: Snapshot): readonly string[] {
  const rows = snapshot.records('AUDIT');
  const runsOf = (which: (row: Rec) => boolean): ReadonlySet<string> =>
    new Set(rows.filter(which).map((row) => fieldText(row, 'run_id')));
  const inCopy = runsOf((row) => isOf(row, 'sandbox') && fieldText(row, 'result') === 'ok');
  const unproved = runsOf(
    (row) => isOf(row, 'validate') && /^(?:unproved|broken): /.test(fieldText(row, 'detail')),
  );
  const isBad = (runId: string): boolean => inCopy.has(runId) && unproved.has(runId);
  return rows
    .filter((row) => fieldText(row, 'step') === 'T5' && isOf(row, 'write'))
    .filter((row) => isBad(fieldText(row, 'run_id')))
    .map((row) => `${fieldText(row, 'target')} is of ${fieldText(row, 'run_id')}, not proved`);
}

function isOf(row: Rec, type: string): boolean {
  return fieldText(row, 'type') === type;
}

/** No step is proved by two runs, unless somebody had it run again. */
function provedTwice(snapshot: Snapshot): readonly string[] {
  const events = snapshot.records('PLAN-EVENT');
  const again = events.some((row) => ['retried', 'edited'].includes(fieldText(row, 'event')));
  const proved = events.filter(
    (row) => fieldText(row, 'event') === 'proved' && fieldText(row, 'run') !== '',
  );
  const steps = proved.map((row) => fieldText(row, 'step'));
  const twice = steps.find((step, i) => steps.indexOf(step) !== i);
  return twice === undefined || again ? [] : [`${twice} is proved twice`];
}
