/**
 * Runs that a schedule should have had while nobody was there to start them, and what is to be done
 * about them.
 */

export const MISSED_POLICIES = ['run-once', 'skip', 'catch-up'] as const;
export type MissedPolicy = (typeof MISSED_POLICIES)[number];

export type Missed = {
  readonly times: readonly Date[];
  readonly run: number;
  /** More were missed than are listed. */
  readonly more: boolean;
};

/**
 * Runs made up for at most, and days looked back at most: a machine that was off for a month shall
 * not work through the month.
 */
export const MOST_CATCH_UP = 5;
const MOST_DAYS = 31;
const MINUTE_MS = 60_000;

/**
 * @param schedule.matches whether the schedule fires in the minute of a time. @param schedule.since
 * when it last fired or was first known.
 * `run-once`: one run for all missed runs. `skip`: none. `catch-up`: each, at most five.
 */
export function missedRuns(schedule: {
  readonly matches: (date: Date) => boolean;
  readonly since: Date;
  readonly now: Date;
  readonly policy: MissedPolicy;
}): Missed {
  const { matches, since, now, policy } = schedule;
  const times: Date[] = [];
  const earliest = now.getTime() - MOST_DAYS * 86_400_000;
  const first = Math.floor(Math.max(since.getTime(), earliest) / MINUTE_MS) + 1;
  for (
    let minute = first;
    minute * MINUTE_MS < Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS;
    minute++
  ) {
    const date = new Date(minute * MINUTE_MS);
    if (matches(date)) times.push(date);
  }
  const run = runsFor(policy, times.length);
  return { times, run, more: since.getTime() < earliest };
}

function runsFor(policy: MissedPolicy, missed: number): number {
  switch (policy) {
    case 'skip':
      return 0;
    case 'run-once':
      return Math.min(missed, 1);
    case 'catch-up':
      return Math.min(missed, MOST_CATCH_UP);
  }
}
