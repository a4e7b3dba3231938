/** How long passes worked, by day, project and model: what the ledger does not have. */
import { fieldText, fieldTime } from '../../../project/field-text.js';
import { dayIn } from '../../../project/owner-zone.js';
import { rowsSince } from '../../../project/recent-rows.js';
import type { Snapshot } from '../../../workspace/types.js';

export type Worked = { readonly name: string; readonly passes: number; readonly minutes: number };
export const WORKED_BY = ['day', 'project', 'model'] as const;
export type WorkedTime = Readonly<Record<(typeof WORKED_BY)[number], readonly Worked[]>>;

/** Passes that ended since then. A pass without a project or a model counts under `-`. */
export function workedTime(snapshot: Snapshot, since: Date, zone: string): WorkedTime {
  const sums = WORKED_BY.map(() => new Map<string, { passes: number; ms: number }>());
  for (const run of rowsSince(snapshot, 'RUN', { field: 'ended', since: since.getTime() - 1 })) {
    const [started, ended] = [fieldTime(run, 'started'), fieldTime(run, 'ended')];
    if (started === undefined || ended === undefined) continue;
    const names = [
      dayIn(zone, new Date(started)),
      fieldText(run, 'project') || '-',
      fieldText(run, 'model') || '-',
    ];
    for (const [index, name] of names.entries()) {
      const sum = sums[index]?.get(name) ?? { passes: 0, ms: 0 };
      sums[index]?.set(name, { passes: sum.passes + 1, ms: sum.ms + ended - started });
    }
  }
  const listed = sums.map((map) =>
    [...map].map(([name, { passes, ms }]) => ({ name, passes, minutes: ms / 60_000 })),
  );
  const [day = [], project = [], model = []] = listed;
  return { day, project, model };
}
