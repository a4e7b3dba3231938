/** What a model costs, by the table Prices of SPENDING.md. */
import { defined } from '../../../kernel/defined.js';
import type { Rec } from '../../../markdown/types.js';
import { fieldInt, fieldText } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import { nanosOf } from '../ledger/money.js';
import type { Price } from '../ledger/types.js';
import { rateOf } from '../../../project/currency.js';

const ANY_MODEL = '*';
/** No provider that we know asks more for writing to its cache. */
const WRITE_FACTOR = 2;

/**
 * The row of a model: its runner's before that of all runners, its own before that of any model.
 */
export function priceRow(snapshot: Snapshot, model: string, runner: string): Rec | undefined {
  const rows = snapshot.records('PRICE');
  for (const name of [model, ANY_MODEL])
    for (const owner of [runner, '']) {
      const found = rows.find(
        (row) => fieldText(row, 'model') === name && fieldText(row, 'runner') === owner,
      );
      if (found !== undefined) return found;
    }
  return undefined;
}

/** `undefined`: the owner has not stated one, or not in a currency with a rate. */
export function priceOf(snapshot: Snapshot, model: string, runner: string): Price | undefined {
  const row = priceRow(snapshot, model, runner);
  const rate = row === undefined ? undefined : rateOf(snapshot, fieldText(row, 'currency'));
  if (row === undefined || rate === undefined) return undefined;
  const nanos = (field: string): number | undefined => nanosOf(fieldText(row, field), rate);
  const [input, output] = [nanos('input'), nanos('output')];
  if (input === undefined || output === undefined) return undefined;
  const cacheRead = fieldText(row, 'cache_read') === '' ? input : nanos('cache_read');
  const isWriteUnknown = fieldText(row, 'cache_write') === '';
  const cacheWrite = isWriteUnknown ? input * WRITE_FACTOR : nanos('cache_write');
  if (cacheRead === undefined || cacheWrite === undefined) return undefined;
  const maxOutput = fieldInt(row, 'max_output');
  return { input, output, cacheRead, cacheWrite, ...defined({ maxOutput }) };
}
