/** A stored UTC time as the owner reads it. */

/** `2026-11-21 07:30` in the zone; the stored text if it is not a time or the zone is unknown. */
export function localTime(stored: string, zone: string): string {
  const date = new Date(stored);
  if (Number.isNaN(date.getTime())) return stored;
  try {
    return new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'short',
    }).format(date);
  } catch {
    return stored;
  }
}
