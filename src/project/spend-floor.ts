/**
 * Limits on spending that cannot work: with which no pass can begin, or which cannot be read and
 * therefore count as 0.
 */
import type { Cell, Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { amountText } from './amount-text.js';
import { fieldText } from './field-text.js';
import type { SpendUnit } from './limit-question.js';

/** The smallest part of its limits with which the cheapest tier still begins. */
export const SMALLEST_PART = 0.5;
/** Of these, no pass works. */
const NOT_FOR_PASSES = new Set(['manager', 'grader', 'idle']);
const UNITS: readonly SpendUnit[] = ['tokens', 'cost'];

export type LimitProblem = {
  readonly kind: 'unreadable' | 'too-small';
  readonly cell: Cell;
  readonly message: string;
};

/** With less, no pass begins. @param needed by the cheapest tier. */
export function isTooLittle(left: number, needed: number): boolean {
  return left <= 0 || left < needed * SMALLEST_PART;
}

export function limitProblems(snapshot: Snapshot): readonly LimitProblem[] {
  const cells = [
    ...snapshot.records('OWNER').map((record) => ({ record, stem: 'night_' })),
    ...snapshot.records('SPEND-LIMIT').map((record) => ({ record, stem: '' })),
  ];
  return cells.flatMap(({ record, stem }) =>
    UNITS.flatMap((unit) => {
      const cell = record.fields.get(`${stem}${unit}`);
      if (cell === undefined || cell.value.trim() === '') return [];
      const problem = problemOf(snapshot, { record, cell, unit });
      return problem === undefined ? [] : [{ cell, ...problem }];
    }),
  );
}

/** With its place, where no other does it. */
export function limitProblemText({ cell, message }: LimitProblem): string {
  return `${cell.range.file}:${cell.range.line}: ${message}`;
}

function problemOf(
  snapshot: Snapshot,
  { record, cell, unit }: { readonly record: Rec; readonly cell: Cell; readonly unit: SpendUnit },
): Pick<LimitProblem, 'kind' | 'message'> | undefined {
  const text = cell.value.trim();
  const limit = Number(text);
  if (!(limit >= 0))
    return {
      kind: 'unreadable',
      message: `\`${text}\` is not a number, so this limit counts as 0: write it without separators`,
    };
  const cheapest = cheapestTier(snapshot, unit);
  if (cheapest === undefined || !isTooLittle(limit, cheapest.needed)) return undefined;
  const whose = fieldText(record, 'project');
  const [allowed, least] = [limit, cheapest.needed * SMALLEST_PART].map((amount) =>
    amountText(amount, unit),
  );
  return {
    kind: 'too-small',
    message: `with ${allowed}, no pass${whose === '' ? '' : ` of ${whose}`} can begin: ${cheapest.tier}, the cheapest tier, begins with at least ${least}, half of its own limit`,
  };
}

/** `undefined`: a tier has no such limit, so it fits into every other one. */
function cheapestTier(
  snapshot: Snapshot,
  unit: SpendUnit,
): { readonly tier: string; readonly needed: number } | undefined {
  const tiers = snapshot
    .records('MODEL-TIER')
    .filter((row) => !NOT_FOR_PASSES.has(fieldText(row, 'tier')))
    .map((row) => ({ tier: row.key, text: fieldText(row, `max_${unit}`) }));
  if (tiers.some(({ text }) => text === '')) return undefined;
  return tiers
    .map(({ tier, text }) => ({ tier, needed: Number(text) >= 0 ? Number(text) : 0 }))
    .sort((a, b) => a.needed - b.needed)[0];
}
