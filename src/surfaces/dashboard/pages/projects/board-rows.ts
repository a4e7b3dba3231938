/** The cards of the board: which projects, in which order, at most so many at once. */
import type { Rec } from '../../../../markdown/types.js';
import { fieldInt, fieldText, fieldTime } from '../../../../project/field-text.js';
import type { Snapshot } from '../../../../workspace/types.js';

export const MOST_CARDS = 100;
/** The word in the address, and what it says. */
export const SORTS = {
  priority: 'priority',
  near: 'nearest to its stop condition',
  last: 'last pass',
  name: 'name',
} as const;
export type Sort = keyof typeof SORTS;

export type BoardFilter = {
  readonly words: string;
  readonly status: string;
  readonly asks: boolean;
  readonly sort: Sort;
  readonly from: number;
};

export type Card = {
  readonly slug: string;
  readonly status: string;
  readonly priority: number | undefined;
  readonly phase: string;
  readonly mission: string;
  readonly lastPass: string;
  readonly escalation: string;
  /** As the last pass left it; `undefined`: nothing was measured. */
  readonly distance: number | undefined;
  readonly progress: string;
  readonly next: string;
};

export type Board = {
  readonly cards: readonly Card[];
  /** Of everything that the filter lets through. */
  readonly counts: ReadonlyMap<string, number>;
  readonly all: number;
  readonly from: number;
};

export function filterOf(query: Readonly<Record<string, string>>): BoardFilter {
  const sort = query['sort'] ?? '';
  const from = Number(query['from'] ?? 0);
  return {
    words: (query['q'] ?? '').trim().toLowerCase(),
    status: query['status'] ?? '',
    asks: query['asks'] === 'yes',
    sort: Object.hasOwn(SORTS, sort) ? (sort as Sort) : 'priority',
    from: Number.isSafeInteger(from) && from > 0 ? from : 0,
  };
}

/** The address of the board with this filter. */
export function boardHref({ words, status, asks, sort, from }: BoardFilter): string {
  const query = new URLSearchParams({
    ...(words === '' ? {} : { q: words }),
    ...(status === '' ? {} : { status }),
    ...(asks ? { asks: 'yes' } : {}),
    ...(sort === 'priority' ? {} : { sort }),
    ...(from === 0 ? {} : { from: String(from) }),
  }).toString();
  return query === '' ? '/projects' : `/projects?${query}`;
}

export function boardOf(snapshot: Snapshot, filter: BoardFilter): Board {
  const rows = snapshot.records('DISPATCH').filter((row) => passes(snapshot, row, filter));
  const counts = new Map<string, number>();
  for (const row of rows) {
    const status = fieldText(row, 'status');
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  const ranks = new Map(rows.map((row) => [row, rankOf(snapshot, row, filter.sort)]));
  const sorted = rows.toSorted(
    (a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0) || a.key.localeCompare(b.key, 'en'),
  );
  const from = filter.from < rows.length ? filter.from : 0;
  const cards = sorted.slice(from, from + MOST_CARDS).map((row) => cardOf(snapshot, row));
  return { cards, counts, all: rows.length, from };
}

function passes(snapshot: Snapshot, row: Rec, { words, status, asks }: BoardFilter): boolean {
  if (status !== '' && fieldText(row, 'status') !== status) return false;
  if (asks && fieldText(row, 'escalation') === '') return false;
  if (words === '') return true;
  const project = snapshot.record('PROJECT', row.key);
  const text = `${row.key} ${fieldText(row, 'phase')} ${fieldText(project, 'mission')}`;
  return text.toLowerCase().includes(words);
}

/** The smallest is first. */
function rankOf(snapshot: Snapshot, row: Rec, sort: Sort): number {
  switch (sort) {
    case 'priority':
      return fieldInt(row, 'priority') ?? Number.MAX_SAFE_INTEGER;
    case 'near':
      return distanceOf(snapshot.record('PROJECT', row.key)) ?? 2;
    case 'last':
      return -(fieldTime(row, 'last_worker_pass') ?? 0);
    case 'name':
      return 0;
  }
}

function distanceOf(project: Rec | undefined): number | undefined {
  const text = fieldText(project, 'last_pass.distance');
  const distance = Number(text);
  return text === '' || !(distance >= 0 && distance <= 1) ? undefined : distance;
}

function cardOf(snapshot: Snapshot, row: Rec): Card {
  const project = snapshot.record('PROJECT', row.key);
  return {
    slug: row.key,
    status: fieldText(row, 'status'),
    priority: fieldInt(row, 'priority'),
    phase: fieldText(row, 'phase'),
    mission: fieldText(project, 'mission'),
    lastPass: fieldText(row, 'last_worker_pass'),
    escalation: fieldText(row, 'escalation'),
    distance: distanceOf(project),
    progress: fieldText(project, 'last_pass.progress'),
    next: fieldText(project, 'next_pass.objective'),
  };
}
