/** The time zone that the owner lives in, by USER.md, and what day it is there. */
import type { Snapshot } from '../workspace/types.js';
import { fieldText } from './field-text.js';
import { wallTime } from './zone.js';

const HALF_DAY_MS = 12 * 3_600_000;

/** UTC when USER.md names none that this machine knows. */
export function ownerZone(snapshot: Snapshot): string {
  const zone = fieldText(snapshot.records('OWNER')[0], 'time_zone');
  return isZone(zone) ? zone : 'UTC';
}

/** Every name that this machine knows, old and new ones (`Asia/Calcutta` and `Asia/Kolkata`). */
export function isZone(zone: string): boolean {
  if (zone === '') return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** `2026-11-21`: the date that the calendars of the zone show at this instant. */
export function dayIn(zone: string, instant: Date): string {
  return dateOf(wallTime(zone, instant.getTime()));
}

/**
 * The night of an instant, from noon to noon, named by the date of its evening: work after midnight
 * belongs to the night that began the day before.
 */
export function nightIn(zone: string, instant: Date): string {
  return dateOf(wallTime(zone, instant.getTime()) - HALF_DAY_MS);
}

function dateOf(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10);
}
