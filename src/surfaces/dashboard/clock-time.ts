/** The time of day that a page shows for its own state. */

/** `03:12:07`, local to the owner. */
export function clockTime(time: Date, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, timeStyle: 'medium' }).format(time);
}
