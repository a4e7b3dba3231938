/** The time zone that the owner lives in, by USER.md, and what day it is there. */
import type { Snapshot } from '../workspace/types.js';
import { fieldText } from './field-text.js';
import { shownIn } from './zone.js';

/** UTC when USER.md names none that this machine knows. */
export function ownerZone(snapshot: Snapshot): string {
  const zone = fieldText(snapshot.records('OWNER')[0], 'time_zone');
  return isZone(zone) ? zone : 'UTC';
}

/** Every name that this machine knows, old and new ones (`Asia/Calcutta` and `Asia/Kolkata`). */
export function isZone(zone: string): boolean {
  if (zone === '') return false;
  try {
    shownIn(zone, 0);
    return true;
  } catch {
    return false;
  }
}

/** `2026-11-21`: the date that the calendars of the zone show at this instant. */
export function dayIn(zone: string, instant: Date): string {
  return shownIn(zone, instant).slice(0, 10);
}

/** `2026-11`. */
export function monthIn(zone: string, instant: Date): string {
  return dayIn(zone, instant).slice(0, 7);
}

/**
 * The night of an instant, from noon to noon, named by the date of its evening: work after midnight
 * belongs to the night that began the day before.
 */
export function nightIn(zone: string, instant: Date): string {
  const [day = '', time = ''] = shownIn(zone, instant).split(' ');
  if (Number(time.slice(0, 2)) >= 12) return day;
  const evening = new Date(`${day}T00:00:00Z`);
  evening.setUTCDate(evening.getUTCDate() - 1);
  return evening.toISOString().slice(0, 10);
}
