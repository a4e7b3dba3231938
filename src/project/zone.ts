/** Times as the owner reads and writes them: in the zone of USER.md. */
import { fieldText } from './field-text.js';
import type { Snapshot } from '../workspace/types.js';

export function ownerZone(snapshot: Snapshot): string {
  const zone = fieldText(snapshot.records('OWNER')[0], 'time_zone');
  return isZone(zone) ? zone : 'UTC';
}

/**
 * The instant at which the clocks of the zone show this wall time (`2026-11-21T07:30:00`). In the
 * hour that is skipped in spring: the one after.
 */
export function instantIn(zone: string, wall: string): Date {
  const wanted = Date.parse(`${wall}Z`);
  let at = wanted;
  for (let i = 0; i < 3; i++) at += wanted - wallTime(zone, at);
  return new Date(at);
}

/** What the clocks of the zone show, as if it were UTC, in milliseconds. */
function wallTime(zone: string, at: number): number {
  return Date.parse(
    `${new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(at).replace(' ', 'T')}Z`,
  );
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
