/** Time. It is injected, so that no decision reads a clock. */

export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that always shows the same time. */
export function fixedClock(time: string | Date): Clock {
  const instant = new Date(time);
  return { now: () => new Date(instant) };
}

/** UTC, ISO 8601, whole seconds: `2026-11-21T01:30:00Z`. Every time is stored in this form. */
export function stamp(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** UTC date `2026-11-21`. */
export function dateStamp(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** Milliseconds. Today plus the longest duration still has a year of four digits. */
const LONGEST = 7900 * 365.25 * 86_400_000;
const UNITS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds of a duration such as `30s`, `1h30m`, `3d`, up to 7,900 years. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^(\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(trimmed)) return undefined;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g))
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  return total <= LONGEST ? total : undefined;
}
