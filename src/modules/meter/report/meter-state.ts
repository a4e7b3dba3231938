/** What `status` says about spending: only what keeps passes from working. */
import { defined } from '../../../kernel/defined.js';
import type { KeptContext, ModuleState } from '../../../passes/module.js';
import { ownerZone } from '../../../project/owner-zone.js';
import { limitProblems, limitProblemText } from '../../../project/spend-floor.js';
import { lostRows } from '../ledger/ledger-problems.js';
import { type Stopped, stoppedUntil } from '../ledger/stopped.js';
import { meterDirectory } from '../live-meter.js';
import { stoppedText } from './spend-text.js';

export function meterState({ snapshot, state }: KeptContext): ModuleState | undefined {
  const stopped = stoppedIn({ snapshot, state });
  const lost = lostRows(meterDirectory(state), snapshot);
  const problems = limitProblems(snapshot).map(limitProblemText);
  const lines = [
    ...(stopped === undefined ? [] : [stopped.text]),
    ...(lost === undefined ? [] : [`No call to a model can leave: ${lost}. See nocturne doctor.`]),
    ...problems,
  ];
  if (lines.length === 0) return undefined;
  return { lines, facts: { ...defined({ stopped: stopped?.stopped, lost }), problems } };
}

export function stoppedIn({
  snapshot,
  state,
}: KeptContext): { readonly stopped: Stopped; readonly text: string } | undefined {
  const stopped = stoppedUntil(meterDirectory(state), snapshot.now);
  return stopped && { stopped, text: stoppedText(stopped, ownerZone(snapshot)) };
}
