/**
 * Proposals of the manager: what exactly would be done is kept outside the workspace, and done when
 * the owner approves.
 */
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import type { BundleArguments } from '../workspace/bundle.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import type { BundleAct } from './act.js';

type Proposals = Readonly<
  Record<string, readonly { readonly name: string; readonly args: BundleArguments }[]>
>;
const FILE = 'proposals.json';

/** Keeps what the notification `id` proposes. */
export function keepProposal(state: string, id: string, bundles: Proposals[string]): void {
  writeJsonDurably(join(state, FILE), { ...readJson<Proposals>(join(state, FILE)), [id]: bundles });
}

/** What was kept for `id`. A proposal of which nothing is kept (a remark) does nothing. */
export function applyProposal(
  state: string,
  id: string,
): { changes: readonly never[]; bundles: readonly BundleAct[] } {
  const kept = readJson<Proposals>(join(state, FILE))?.[id] ?? [];
  if (!Array.isArray(kept))
    throw new NocturneError('UNREADABLE', `${join(state, FILE)} does not hold proposals`, {
      hint: 'move the file away; proposals are made again',
    });
  return {
    changes: [],
    bundles: kept.map((one) => ({
      name: one.name,
      args: one.args,
      authorisation: id,
      detail: `approved by ${id}`,
    })),
  };
}
