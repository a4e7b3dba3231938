/** Numbered ids (`RUN-20261121-001`, `N-…`, `TASK-…`) that never repeat, even after a crash. */
import { join } from 'node:path';
import { dateStamp } from '../kernel/clock.js';
import { readJson, writeJsonDurably } from './state-home.js';
import type { Snapshot } from './types.js';

type Counters = Readonly<Record<string, number>>;
const FILE = 'counters.json';
/** How far the clock may be set back without repeating an id. */
const KEPT_MS = 400 * 86_400_000;

export type IdPrefix = 'RUN' | 'N' | 'L' | 'TASK' | 'JOB';
/** The objects with ids of each prefix. `field`: if the id is not their key. */
const OBJECTS: Readonly<
  Record<IdPrefix, readonly { readonly object: string; readonly field?: string }[]>
> = {
  RUN: [{ object: 'RUN' }, { object: 'MEMORY' }],
  N: [{ object: 'NOTIFICATION' }, { object: 'NOTIFICATION-ARCHIVE' }],
  L: [{ object: 'LESSON' }],
  TASK: [{ object: 'TASK-EVENT', field: 'task' }],
  JOB: [{ object: 'JOB-EVENT', field: 'run' }],
};

/**
 * The next id for a prefix and the snapshot's day. The counter is durable before the id is used, so
 * a crash can skip a number, but never repeat one. Call it under the commit mutex.
 */
export function nextId(snapshot: Snapshot, state: string, prefix: IdPrefix): string {
  const day = dateStamp(snapshot.now).replaceAll('-', '');
  const stem = `${prefix}-${day}-`;
  const counters = readJson<Counters>(join(state, FILE)) ?? {};
  let highest = counters[stem] ?? 0;
  for (const { object, field } of OBJECTS[prefix]) {
    for (const record of snapshot.rows(object, { newestFirst: true, together: stem })) {
      const id = field === undefined ? record.key : (record.fields.get(field)?.value ?? '');
      if (id.startsWith(stem))
        highest = Math.max(highest, Number.parseInt(id.slice(stem.length), 10) || 0);
    }
  }
  const next = highest + 1;
  const since = dateStamp(new Date(snapshot.now.getTime() - KEPT_MS)).replaceAll('-', '');
  const recent = Object.fromEntries(
    Object.entries(counters).filter(([key]) => (key.split('-')[1] ?? '') >= since),
  );
  writeJsonDurably(join(state, FILE), { ...recent, [stem]: next });
  return `${stem}${String(next).padStart(3, '0')}`;
}

/**
 * The day of `RUN-20261121-004`, or of another id like it, in milliseconds; not a number for any
 * other text.
 */
export function dayOfRun(runId: string): number {
  const [, year, month, day] = /^[A-Z]+-(\d{4})(\d{2})(\d{2})-/.exec(runId) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day));
}

/** Skips numbers that another program has used today. */
export function reserveIds(
  state: string,
  prefix: IdPrefix,
  used: { readonly day: string; readonly highest: number },
): void {
  const stem = `${prefix}-${used.day}-`;
  const counters = readJson<Counters>(join(state, FILE)) ?? {};
  if ((counters[stem] ?? 0) < used.highest)
    writeJsonDurably(join(state, FILE), { ...counters, [stem]: used.highest });
}
