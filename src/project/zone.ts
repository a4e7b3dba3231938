/** Wall times of a zone. */

/**
 * The instant at which the clocks of the zone show this wall time (`2026-11-21T07:30:00`). In the
 * hour that is skipped in spring: the one after.
 */
export function instantIn(zone: string, wall: string): Date {
  const wanted = Date.parse(`${wall}Z`);
  let instant = wanted;
  for (let i = 0; i < 3; i++) instant += wanted - wallTime(zone, instant);
  return new Date(instant);
}

/** What the clocks of the zone show, as if it were UTC, in milliseconds. */
export function wallTime(zone: string, instant: number): number {
  return Date.parse(
    `${new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(instant).replace(' ', 'T')}Z`,
  );
}
