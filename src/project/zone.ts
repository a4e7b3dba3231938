/** Wall times of a zone. */

/**
 * The instant at which the clocks of the zone show this wall time (`2026-11-21T07:30:00`). In the
 * hour that is skipped in spring: the one after.
 */
export function instantIn(zone: string, wall: string): Date {
  const wanted = Date.parse(`${wall}Z`);
  let instant = wanted;
  for (let i = 0; i < 3; i++) instant += wanted - wallTime(zone, instant);
  // In a skipped hour it goes to and fro between the hour before and the hour after.
  return new Date(Math.max(instant, instant + wanted - wallTime(zone, instant)));
}

/** What the clocks of the zone show, as if it were UTC, in milliseconds. */
export function wallTime(zone: string, instant: number): number {
  return Date.parse(`${shownIn(zone, instant).replace(' ', 'T')}Z`);
}

/** What the clocks of the zone show: `2026-11-21 07:30:00`. @throws RangeError for another zone. */
export function shownIn(zone: string, instant: Date | number): string {
  return clockOf(zone).format(instant);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than a hundred conversions. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  clocks.set(zone, clock);
  return clock;
}
