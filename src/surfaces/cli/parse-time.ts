/** Parses a time: an instant, a local time of the owner, a duration ago, or the start of a run. */
import { fieldTime } from '../../project/field-text.js';
import { parseDuration } from '../../kernel/clock.js';
import { NocturneError } from '../../kernel/error.js';
import type { Snapshot } from '../../workspace/types.js';
import { ownerZone } from '../../project/owner-zone.js';
import { instantIn } from '../../project/zone.js';

const FORMS =
  'write now, 2026-11-21, "2026-11-21 07:30" (your time zone), 2026-11-21T07:30:00Z, 07:30 (today), 2h or 3d (ago), or a run id';

/** A date alone means midnight. @throws NocturneError `USAGE`. */
export function parseTime(snapshot: Snapshot, text: string): Date {
  const trimmed = text.trim().replace(/ ago$/, '');
  if (trimmed === 'now') return snapshot.now;
  const long = parseDuration(trimmed);
  if (long !== undefined) return new Date(snapshot.now.getTime() - long);
  if (/^RUN-/.test(trimmed)) return startOf(snapshot, trimmed);
  const time = instantOf(snapshot, trimmed);
  if (time === undefined || Number.isNaN(time.getTime()))
    throw new NocturneError('USAGE', `"${text}" is not a time`, { hint: FORMS });
  return time;
}

function instantOf(snapshot: Snapshot, expression: string): Date | undefined {
  const [, date = '', clock = '', zone] =
    /^(\d{4}-\d{2}-\d{2})?(?:^|[T ]|$)(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$/.exec(
      expression,
    ) ?? [];
  if (date === '' && clock === '') return undefined;
  const name = ownerZone(snapshot);
  const day =
    date === ''
      ? new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short' }).format(
          snapshot.now,
        )
      : date;
  const wall = `${day}T${clock === '' ? '00:00' : clock}${clock.length > 5 ? '' : ':00'}`;
  if (Number.isNaN(Date.parse(`${wall}Z`))) return undefined;
  return zone === undefined ? instantIn(name, wall) : new Date(`${wall}${zone}`);
}

function startOf(snapshot: Snapshot, run: string): Date {
  const record = snapshot.record('RUN', run);
  const started = fieldTime(record, 'started');
  if (started === undefined)
    throw new NocturneError('NOT_FOUND', `there is no run ${run} in the session registry`, {
      hint: 'nocturne status shows the latest runs',
    });
  return new Date(started);
}
