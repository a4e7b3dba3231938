/** What a circle costs, compared with one agent, and with one agent and one grader. */
import type { Usage } from '../../../agents/types.js';
import type { CircleEvent } from './circle.js';

export type CostRow = {
  readonly what: 'one agent' | 'one agent and one grader' | 'the circle';
  readonly turns: number;
  /** Nothing: some runner reported none. */
  readonly tokens: number | undefined;
};
type Paid = Extract<CircleEvent, { readonly usage: Usage }>;

/**
 * One agent: the worker's first work. One grader: the first review of it. Tokens are what runners
 * report.
 */
export function circleCost(events: readonly CircleEvent[]): readonly CostRow[] {
  const paid = events.filter(
    (event): event is Paid => event.kind === 'turn' || event.kind === 'unreadable',
  );
  const first = paid.filter(({ place, role }) => place === 'init' && role === 'worker');
  const review = paid.find(({ place, role }) => place === 'sr1.1' && role !== 'worker');
  return [
    row('one agent', first),
    row('one agent and one grader', review === undefined ? [] : [...first, review]),
    row('the circle', paid),
  ];
}

/** For the owner: how often the cheaper ways could be tried at the same tokens. */
export function costText(rows: readonly CostRow[]): readonly string[] {
  const circle = rows.find(({ what }) => what === 'the circle')?.tokens;
  return rows.map(({ what, turns, tokens }) => {
    const times =
      tokens === undefined || tokens === 0 || circle === undefined || what === 'the circle'
        ? ''
        : `; it could have run ${(circle / tokens).toFixed(1)} times for the tokens of the circle`;
    const count = `${turns} ${turns === 1 ? 'turn' : 'turns'}`;
    return `${what.padEnd(25)} ${count.padStart(9)}, ${tokens ?? 'unknown'} tokens${times}`;
  });
}

function row(what: CostRow['what'], paid: readonly Paid[]): CostRow {
  const tokens = paid.map(({ usage: { tokensIn, tokensOut } }) =>
    tokensIn === undefined && tokensOut === undefined
      ? undefined
      : (tokensIn ?? 0) + (tokensOut ?? 0),
  );
  const isKnown = paid.length > 0 && tokens.every((count) => count !== undefined);
  const sum = tokens.reduce<number>((total, count) => total + (count ?? 0), 0);
  return { what, turns: paid.length, tokens: isKnown ? sum : undefined };
}
