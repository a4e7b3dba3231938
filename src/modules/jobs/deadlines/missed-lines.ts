/** What the morning page and `status` say about deadlines that were missed. */
import { fieldList, fieldText, fieldTime } from '../../../project/field-text.js';
import { plain } from '../../../project/page-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import { JOB_EVENT } from '../job-log.js';
import { missedNow } from './deadlines-now.js';
import { missedText } from './record-missed.js';

/** For `status`, by job: what nobody has recorded yet. The rest are questions. */
export function missedLines(snapshot: Snapshot): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>();
  for (const missed of missedNow(snapshot)) {
    const of = lines.get(missed.job) ?? [];
    lines.set(missed.job, [...of, `Job ${missedText(missed)}`]);
  }
  return lines;
}

/** By job, the deadlines that were missed since then. */
export function missedTimes(snapshot: Snapshot, since: Date): ReadonlyMap<string, readonly Date[]> {
  const times = new Map<string, Date[]>();
  const all = [
    ...recordedSince(snapshot, since),
    ...missedNow(snapshot).map(({ job, due }) => ({ job, due: due.at })),
  ];
  for (const { job, due } of all) times.set(job, [...(times.get(job) ?? []), new Date(due)]);
  return times;
}

/** For the morning page, one line for each job: its last one, and how many there were. */
export function missedSince(snapshot: Snapshot, since: Date): readonly string[] {
  const recorded = recordedSince(snapshot, since);
  const fresh = missedNow(snapshot).map((missed) => ({
    job: missed.job,
    text: missedText(missed),
  }));
  const all = [...recorded, ...fresh];
  return [...new Set(all.map(({ job }) => job))].map((name) => {
    const own = all.filter(({ job }) => job === name);
    const more = own.length === 1 ? '' : ` (${own.length} times)`;
    return `job ${plain(own.at(-1)?.text ?? name)}${more}`;
  });
}

/** Oldest first. `due`: in milliseconds. */
function recordedSince(
  snapshot: Snapshot,
  since: Date,
): readonly { readonly job: string; readonly due: number; readonly text: string }[] {
  const recorded: { readonly job: string; readonly due: number; readonly text: string }[] = [];
  for (const row of snapshot.rows(JOB_EVENT, { newestFirst: true })) {
    if ((fieldTime(row, 'time') ?? 0) < since.getTime()) break;
    if (fieldText(row, 'event') !== 'missed') continue;
    const [text = ''] = fieldList(row, 'reasons');
    recorded.unshift({ job: fieldText(row, 'job'), due: fieldTime(row, 'due') ?? 0, text });
  }
  return recorded;
}
