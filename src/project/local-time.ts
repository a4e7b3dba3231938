/** A stored UTC time as the owner reads it. */
import { shownIn } from './zone.js';

/** `2026-11-21 07:30` in the zone; the stored text if it is not a time or the zone is unknown. */
export function localTime(stored: string, zone: string): string {
  const date = new Date(stored);
  if (Number.isNaN(date.getTime())) return stored;
  try {
    return shownIn(zone, date).slice(0, -':00'.length);
  } catch {
    return stored;
  }
}
