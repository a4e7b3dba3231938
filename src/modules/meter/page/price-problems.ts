/** What `doctor` says about prices: missing for a model that may be used, or old. */
import { tierRows } from '../../../agents/model-tier.js';
import { broken, type Observation, off, working } from '../../../kernel/observation.js';
import { plural } from '../../../kernel/words.js';
import { rateOf } from '../../../project/currency.js';
import { fieldText } from '../../../project/field-text.js';
import { limitProblems, limitProblemText } from '../../../project/spend-floor.js';
import { spendLimits } from '../../../passes/spend-limits.js';
import type { Snapshot } from '../../../workspace/types.js';
import { priceOf, priceRow } from './prices.js';

const OLD_MS = 90 * 86_400_000;
const PAGE = 'orchestration-os/SPENDING.md';

export function priceProblems(snapshot: Snapshot): readonly Observation[] {
  const missing = unpriced(snapshot);
  const old = oldPrices(snapshot);
  const found = [
    ...(missing.length === 0 ? [] : [missingPrices(snapshot, missing)]),
    ...twoCurrencies(snapshot),
    ...limitProblems(snapshot).map((problem) =>
      broken(limitProblemText(problem), 'correct the page, then sign it'),
    ),
    ...(old.length === 0
      ? []
      : [
          broken(
            `prices older than 90 days: ${old.join(', ')}`,
            `look them up for ${PAGE}, then sign it`,
          ),
        ]),
  ];
  if (found.length > 0) return found;
  const prices = snapshot.records('PRICE').length;
  return prices === 0 ? [] : [working(`${plural(prices, 'price')}, none older than 90 days`)];
}

/** Only the first of them would count as the owner's. */
function twoCurrencies(snapshot: Snapshot): readonly Observation[] {
  const own = snapshot
    .records('EXCHANGE-RATE')
    .filter((row) => Number(fieldText(row, 'rate')) === 1)
    .map((row) => row.key);
  if (own.length < 2) return [];
  const fact = `${own.join(' and ')} have the rate 1, which names your one currency`;
  return [broken(`${fact}: ${own[0]} counts`, `correct the rates in ${PAGE}, then sign it`)];
}

type Missing = { readonly model: string; readonly runner: string; readonly currency: string };

/** The models that tiers name for runners with a key. */
function unpriced(snapshot: Snapshot): readonly Missing[] {
  const needed = new Map<string, Missing>();
  for (const { runner, model } of tierRows(snapshot.records('MODEL-TIER'))) {
    const hasKey = fieldText(snapshot.record('RUNNER', runner), 'api_key_env') !== '';
    if (model === '' || !hasKey || priceOf(snapshot, model, runner) !== undefined) continue;
    const currency = fieldText(priceRow(snapshot, model, runner), 'currency');
    needed.set(`${runner} ${model}`, { model, runner, currency });
  }
  return [...needed.values()];
}

/** Without a limit on cost, such calls leave. */
function missingPrices(snapshot: Snapshot, missing: readonly Missing[]): Observation {
  const names = missing.map(({ model, runner, currency }) => {
    const why =
      currency !== '' && rateOf(snapshot, currency) === undefined
        ? `, no rate for ${currency}`
        : '';
    return `${model} (${runner}${why})`;
  });
  const fact = `no price for ${names.join(', ')}`;
  const fix = `add it to ${PAGE}, then sign the page`;
  return limitsCost(snapshot)
    ? broken(`${fact}: their calls are refused, because a limit on cost applies`, fix)
    : off(`${fact}: what they cost is unknown`, fix);
}

function limitsCost(snapshot: Snapshot): boolean {
  const rows = tierRows(snapshot.records('MODEL-TIER'));
  const slugs = [undefined, ...snapshot.records('DISPATCH').map((row) => row.key)];
  return (
    rows.some(({ limits }) => limits.maxCost !== undefined) ||
    slugs.some((slug) =>
      spendLimits(snapshot, slug).some(({ limits }) => limits.cost !== undefined),
    )
  );
}

function oldPrices(snapshot: Snapshot): readonly string[] {
  return snapshot.records('PRICE').flatMap((row) => {
    const age = snapshot.now.getTime() - Date.parse(fieldText(row, 'as_of'));
    return age <= OLD_MS ? [] : [`${fieldText(row, 'model')} (${fieldText(row, 'as_of')})`];
  });
}
