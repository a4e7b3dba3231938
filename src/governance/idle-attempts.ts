/** When an item of idle work comes up again: by what earlier passes made of it. */
import type { Rec } from '../markdown/types.js';
import { isOpenQuestion } from '../project/question-state.js';
import { dayOfRun } from '../workspace/ids.js';
import type { RecordedChanges } from '../workspace/recorded-changes.js';
import { fieldText, fieldTime } from '../project/field-text.js';
import type { Snapshot } from '../workspace/types.js';

type Attempt = { readonly ended: number; readonly failed: boolean };

const DAY_MS = 86_400_000;
/** After the first failure, the second, and so on. */
const AGAIN_AFTER_DAYS = [1, 2, 4, 8, 16];

/**
 * Whether an item is due. What nobody tried is due. What failed is due after a day, then two, four,
 * eight and sixteen. What was done is due when its subject changed since. What the owner is asked
 * about is never due.
 */
export function dueAgain(
  snapshot: Snapshot,
  changes: RecordedChanges,
): (objective: string, subject: string) => boolean {
  const attempts = attemptsOf(snapshot);
  const asked = new Set(
    snapshot
      .records('NOTIFICATION')
      .filter((record) => isOpenQuestion(snapshot, record))
      .map((record) => fieldText(record, 'action_needed')),
  );
  return (objective, subject) => {
    if (asked.has(objective)) return false;
    const earlier = attempts.get(objective) ?? [];
    const last = earlier.at(-1);
    if (last === undefined) return true;
    // Times are whole seconds, and the pass's own last write may be in its last second.
    if (!last.failed) return changes.changedSince(subject, { instant: last.ended + 1 });
    const failures = earlier.length - 1 - earlier.findLastIndex((attempt) => !attempt.failed);
    const days = AGAIN_AFTER_DAYS[Math.min(failures, AGAIN_AFTER_DAYS.length) - 1] ?? 1;
    return snapshot.now.getTime() >= last.ended + days * DAY_MS;
  };
}

/** By objective, the oldest first. A pass without a row in the registry ended without a grade. */
function attemptsOf(snapshot: Snapshot): ReadonlyMap<string, readonly Attempt[]> {
  const attempts = new Map<string, Attempt[]>();
  const entries = snapshot
    .records('MEMORY')
    .filter((entry) => fieldText(entry, 'project') === '')
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const wanted = new Set(entries.map(({ key }) => key));
  const runs = new Map<string, Rec>();
  if (wanted.size > 0)
    for (const run of snapshot.rows('RUN')) if (wanted.has(run.key)) runs.set(run.key, run);
  for (const entry of entries) {
    const run = runs.get(entry.key);
    // An entry may have lost its row.
    const ended = fieldTime(run, 'ended') ?? fieldTime(entry, 'time') ?? dayOfRun(entry.key);
    const failed = ['WEAK', 'FAIL'].includes(fieldText(run, 'grade'));
    const objective = fieldText(entry, 'objective');
    attempts.set(objective, [...(attempts.get(objective) ?? []), { ended, failed }]);
  }
  return attempts;
}
