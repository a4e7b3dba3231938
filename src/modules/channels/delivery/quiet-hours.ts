/** Local times of the owner: quiet hours, and the time from which a morning is sent. */
import { shownIn } from '../../../project/zone.js';

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

export function isTimeOfDay(text: string): boolean {
  return TIME.test(text);
}

/** `22:00` to `07:00` goes over midnight. Times that cannot be read are always quiet. */
export function isQuiet(
  quiet: { readonly from: string; readonly to: string } | undefined,
  zone: string,
  now: Date,
): boolean {
  if (quiet === undefined) return false;
  const { from, to } = quiet;
  if (!isTimeOfDay(from) || !isTimeOfDay(to)) return true;
  const time = timeOfDay(zone, now);
  return from <= to ? time >= from && time < to : time >= from || time < to;
}

/** `07:30`. */
export function timeOfDay(zone: string, now: Date): string {
  return shownIn(zone, now).slice(11, 16);
}
