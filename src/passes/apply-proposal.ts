/**
 * Proposals of the manager: what exactly would be done is kept outside the workspace, and done when
 * the owner approves.
 */
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import type { BundleArguments } from '../workspace/bundle.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import type { BundleAct } from './act.js';

/** The bundles that are carried out on a yes. */
export type Proposal = readonly { readonly name: string; readonly args: BundleArguments }[];
type Proposals = Readonly<Record<string, Proposal>>;
const FILE = 'proposals.json';

/** Keeps what the notification `id` proposes. */
export function keepProposal(state: string, id: string, bundles: Proposal): void {
  writeJsonDurably(join(state, FILE), { ...readJson<Proposals>(join(state, FILE)), [id]: bundles });
}

/** What was kept for `id`. A proposal of which nothing is kept (a remark) does nothing. */
export function applyProposal(state: string, id: string): readonly BundleAct[] {
  const kept = readJson<Proposals>(join(state, FILE))?.[id] ?? [];
  if (!Array.isArray(kept))
    throw new NocturneError('UNREADABLE', `${join(state, FILE)} contains no proposals`, {
      hint: 'move the file away; proposals are made again',
    });
  return kept.map((bundle) => ({
    name: bundle.name,
    args: bundle.args,
    authorisation: id,
    detail: `approved by ${id}`,
  }));
}
