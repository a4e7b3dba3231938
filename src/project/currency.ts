/** The owner's one currency, and the owner's rates to it. */
import type { Snapshot } from '../workspace/types.js';
import { fieldText } from './field-text.js';

/** The currency with the rate 1; without rates, the one that all prices are in. */
export function ownCurrency(snapshot: Snapshot): string | undefined {
  const rates = snapshot.records('EXCHANGE-RATE');
  const own = rates.find((row) => Number(fieldText(row, 'rate')) === 1);
  if (own !== undefined) return own.key;
  const used = new Set(snapshot.records('PRICE').map((row) => fieldText(row, 'currency')));
  return rates.length === 0 && used.size === 1 ? [...used][0] : undefined;
}

/** How much of the owner's currency one unit costs, as the page has it. `undefined`: not known. */
export function rateOf(snapshot: Snapshot, currency: string): string | undefined {
  const rate = fieldText(snapshot.record('EXCHANGE-RATE', currency), 'rate');
  if (rate !== '') return Number(rate) > 0 ? rate : undefined;
  return currency === ownCurrency(snapshot) ? '1' : undefined;
}
