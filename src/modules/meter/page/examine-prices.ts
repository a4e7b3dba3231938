/** For `doctor`: models without a price, and prices that nobody has looked up for long. */
import { broken, type Observation, off, working } from '../../../kernel/observation.js';
import { plural } from '../../../kernel/words.js';
import { fieldText } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import { priceOf } from './prices.js';

const OLD_DAYS = 90;
const DAY_MS = 86_400_000;
const FIX = 'look it up, correct orchestration-os/SPENDING.md, then sign the page';

/** Only runners with a key are asked for: a model on the owner's machine need not have a price. */
export function examinePrices(snapshot: Snapshot): readonly Observation[] {
  const runners = new Map(snapshot.records('RUNNER').map((runner) => [runner.key, runner]));
  const paid = snapshot.records('MODEL-TIER').flatMap((tier) => {
    const [runner, model] = [fieldText(tier, 'runner'), fieldText(tier, 'model')];
    const hasKey = fieldText(runners.get(runner), 'api_key_env') !== '';
    return hasKey && model !== '' ? [{ runner, model }] : [];
  });
  const missing = paid.filter(
    ({ runner, model }) => priceOf(snapshot, model, runner) === undefined,
  );
  const old = snapshot
    .records('PRICE')
    .filter((row) => isOld(fieldText(row, 'as_of'), snapshot.now));
  const names = [...new Set(missing.map(({ runner, model }) => `${model} (${runner})`))];
  const found = [
    ...(names.length === 0
      ? []
      : [broken(`no price is stated for ${names.join(', ')}, so its cost is not limited`, FIX)]),
    ...old.map((row) =>
      off(`the price of ${fieldText(row, 'model')} is older than ${OLD_DAYS} days`, FIX),
    ),
  ];
  if (found.length > 0) return found;
  const count = snapshot.records('PRICE').length;
  return count === 0 && paid.length === 0 ? [] : [working(`${plural(count, 'price')} of models`)];
}

function isOld(day: string, now: Date): boolean {
  const time = Date.parse(day);
  return !Number.isNaN(time) && now.getTime() - time > OLD_DAYS * DAY_MS;
}
