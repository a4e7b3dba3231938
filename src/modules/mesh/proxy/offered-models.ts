/**
 * The models of this workspace that other nodes may use: those of its tiers and its price list
 * whose runner has an endpoint of its own, so that none is passed on through a third node.
 */
import { isWebAddress } from '../../../agents/gateway.js';
import { tierRows } from '../../../agents/model-tier.js';
import { fieldText } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';

export type OfferedModel = {
  readonly model: string;
  readonly runner: string;
  readonly endpoint: string;
  /** Empty: it needs no key. */
  readonly apiKeyEnv: string;
};

/** Each model once, from the first runner that has it. */
export function offeredModels(snapshot: Snapshot): readonly OfferedModel[] {
  const runners = new Map(
    snapshot.records('RUNNER').map((record) => [record.key, record] as const),
  );
  const named = [
    ...tierRows(snapshot.records('MODEL-TIER')).map(({ model, runner }) => ({ model, runner })),
    ...snapshot
      .records('PRICE')
      .map((row) => ({ model: fieldText(row, 'model'), runner: fieldText(row, 'runner') })),
  ];
  const offered = new Map<string, OfferedModel>();
  for (const { model, runner } of named) {
    const record = runners.get(runner);
    const endpoint = fieldText(record, 'endpoint');
    if (model === '' || model === '*' || offered.has(model) || !isWebAddress(endpoint)) continue;
    offered.set(model, { model, runner, endpoint, apiKeyEnv: fieldText(record, 'api_key_env') });
  }
  return [...offered.values()];
}
