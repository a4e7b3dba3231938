/** Passes and what they cost, by day, for the owner's last two weeks. */
import { costText, tokensText } from '../../project/amount-text.js';
import { ownCurrency } from '../../project/currency.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { dayIn, ownerZone } from '../../project/owner-zone.js';
import { rowsSince } from '../../project/recent-rows.js';
import { sparkline } from '../../report/sparkline.js';
import { plural } from '../../kernel/words.js';
import type { Snapshot } from '../../workspace/types.js';

const DAYS = 14;
const DAY_MS = 24 * 3600_000;

export type RecentDay = {
  readonly day: string;
  readonly passes: number;
  /** As the passes reported it. */
  readonly cost: number;
  readonly tokens: number;
};

/** The oldest first, today last. */
export function recentDays(snapshot: Snapshot): readonly RecentDay[] {
  const zone = ownerZone(snapshot);
  const now = snapshot.now.getTime();
  const days = new Map<string, RecentDay>(
    Array.from({ length: DAYS }, (_, i) => {
      const day = dayIn(zone, new Date(now - (DAYS - 1 - i) * DAY_MS));
      return [day, { day, passes: 0, cost: 0, tokens: 0 }] as const;
    }),
  );
  const since = now - (DAYS + 1) * DAY_MS;
  for (const run of rowsSince(snapshot, 'RUN', { field: 'ended', since })) {
    const day = days.get(dayIn(zone, new Date(fieldTime(run, 'started') ?? 0)));
    if (day === undefined) continue;
    const number = (field: string): number => Number(fieldText(run, field)) || 0;
    days.set(day.day, {
      day: day.day,
      passes: day.passes + 1,
      cost: day.cost + number('cost'),
      tokens: day.tokens + number('tokens_in') + number('tokens_out'),
    });
  }
  return [...days.values()];
}

/** Two lines below a blank one, or none where nothing ran: `passes  ▁▁▃▅█  41 in 14 days …`. */
export function recentDaysText(days: readonly RecentDay[], snapshot: Snapshot): readonly string[] {
  const sum = (of: (day: RecentDay) => number): number =>
    days.reduce((total, day) => total + of(day), 0);
  const today = days.at(-1);
  const passes = sum((day) => day.passes);
  if (passes === 0 || today === undefined) return [];
  const line = (name: string, of: (day: RecentDay) => number, text: (n: number) => string) =>
    `${name.padEnd(6)}  ${sparkline(days.map(of))}  ${text(sum(of))} in ${plural(days.length, 'day')}, ${text(of(today))} today`;
  const currency = ownCurrency(snapshot) ?? '';
  const isMoney = days.some((day) => day.cost > 0);
  const isCounted = isMoney || days.some((day) => day.tokens > 0);
  return [
    '',
    line('passes', (day) => day.passes, String),
    ...(isMoney
      ? [
          line(
            'spend',
            (day) => day.cost,
            (cost) => costText(cost, currency),
          ),
        ]
      : []),
    ...(isCounted && !isMoney ? [line('spend', (day) => day.tokens, tokensText)] : []),
  ];
}
