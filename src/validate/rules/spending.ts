/** Rule spending: a limit limits something, a pass fits into it, and prices are of a past day. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { fieldText } from '../../project/field-text.js';
import { limitProblems } from '../../project/spend-floor.js';
import type { Snapshot } from '../../workspace/types.js';
import { firstLine } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

const ID = 'spending';
/** It is already tomorrow somewhere. */
const DAY_MS = 86_400_000;

export const spending: WorkspaceRule = {
  kind: 'workspace',
  id: ID,
  severity: 'error',
  suppressible: 'warnings',
  run: ({ snapshot }) => [
    ...emptyLimits(snapshot),
    ...futurePrices(snapshot),
    ...limitProblems(snapshot).flatMap(({ kind, cell, message }): readonly Diagnostic[] => {
      // What cannot be read is reported by field-contract.
      if (kind === 'unreadable') return [];
      const hint = 'raise the limit, or lower the limits of that tier in MODEL-TIERS.md';
      return [{ rule: ID, severity: 'warning', message, range: cell.range, hint }];
    }),
  ],
};

function emptyLimits(snapshot: Snapshot): readonly Diagnostic[] {
  return snapshot.records('SPEND-LIMIT').flatMap((row): readonly Diagnostic[] => {
    if (['tokens', 'cost'].some((unit) => fieldText(row, unit) !== '')) return [];
    return [
      {
        rule: ID,
        severity: 'error',
        message: 'this row limits nothing: it has neither tokens nor a cost',
        range: firstLine(row),
        hint: 'add a number, or remove the row',
      },
    ];
  });
}

function futurePrices(snapshot: Snapshot): readonly Diagnostic[] {
  return ['PRICE', 'EXCHANGE-RATE'].flatMap((object) =>
    snapshot.records(object).flatMap((row): readonly Diagnostic[] => {
      const cell = row.fields.get('as_of');
      const day = Date.parse(fieldText(row, 'as_of'));
      if (cell === undefined || !(day > snapshot.now.getTime() + DAY_MS)) return [];
      return [
        {
          rule: ID,
          severity: 'error',
          message: `nobody can know what ${row.key} costs on ${cell.value.trim()}, so it would never count as old`,
          range: cell.range,
          expected: 'the day on which you looked it up',
        },
      ];
    }),
  );
}
