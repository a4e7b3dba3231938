/** A step with a metric, its record, and whether its last loop goes on. */
import { canonicalJson } from '../../../kernel/canonical-json.js';
import { sha256 } from '../../../kernel/hash.js';
import { headsNow, openOrigin } from '../../../passes/repository/origin.js';
import { repositoryOf } from '../../../passes/repository/repository-record.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { Metric, StepDefinition, StepStatus } from '../types.js';
import { keptAttempt } from './attempt-store.js';
import { decide, type Next } from './decide.js';
import type { LoopPlace } from './loop-record.js';
import { bestAttempt, isOver, type Loop, openAttempt, readLoop } from './loop-state.js';
import { metricFiles, metricHash } from './metric-files.js';
import type { LoopRow } from './rows.js';

export type LoopSubject = {
  readonly place: LoopPlace;
  readonly step: StepDefinition & { readonly metric: Metric };
  /** Its last run died: what it had decided is still to be carried out. */
  readonly isLost: boolean;
};

/** `undefined` for a step without a metric. */
export function loopSubject(
  place: Pick<LoopPlace, 'state' | 'project'>,
  step: StepDefinition,
  status: StepStatus | undefined,
): LoopSubject | undefined {
  const { metric } = step;
  if (metric === undefined) return undefined;
  const isLost = (status?.lost ?? 0) > 0;
  return { place: { ...place, step: step.id }, step: { ...step, metric }, isLost };
}

/** The loop that goes on; `undefined`: a new one begins. */
export function presentLoop(
  subject: LoopSubject,
  rows: readonly LoopRow[],
  snapshot: Snapshot,
): Loop | undefined {
  const { step, isLost } = subject;
  const loop = readLoop(rows);
  if (loop === undefined || (isOver(loop) && !isLost)) return undefined;
  const isSame =
    loop.metric === metricHash(step.metric) && loop.files === presentFiles(subject, snapshot);
  return isSame && isUsable(subject, loop, snapshot) ? loop : undefined;
}

/** Hash of the files that measure, as they are now, and of where the repository is. */
export function presentFiles(
  { place: { project }, step }: LoopSubject,
  snapshot: Snapshot,
): string {
  const repository = repositoryOf(snapshot, project);
  const head = repository && headsNow(openOrigin(repository), repository).head;
  return sha256(canonicalJson([...metricFiles(step.metric, project, snapshot), head]));
}

/** What is still needed of its attempts is there, and fits the workspace. */
function isUsable({ place }: LoopSubject, loop: Loop, snapshot: Snapshot): boolean {
  const needed = [bestAttempt(loop), openAttempt(loop)].filter((each) => each !== undefined);
  return needed.every(({ runId }) => {
    const kept = keptAttempt(place, runId);
    if (kept === undefined) return false;
    return [...kept.changes.values()].every(
      ({ path, before, isElsewhere }) => isElsewhere === true || snapshot.hash(path) === before,
    );
  });
}

export function nextOf({ step }: LoopSubject, loop: Loop): Next {
  return decide(loop, step);
}
