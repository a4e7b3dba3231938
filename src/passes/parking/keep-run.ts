/** T4 and T5: what a pass keeps while its agent works, and what it has come to if it is parked. */
import type { KeptSession, KeptTalk, TalkEntry } from '../../agents/kept-run.js';
import { stamp } from '../../kernel/clock.js';
import { defined } from '../../kernel/defined.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import type { Briefed, Reconciled } from '../types.js';
import { keptFor } from './go-on.js';
import { limitReached } from './is-parked.js';
import { type Carried, dropWork, keeperOf, keptWork, workName } from './kept-work.js';
import { filesKnown } from './seen-work.js';

export type RunKeeping = {
  readonly resume?: KeptTalk | KeptSession;
  readonly keep?: (entry: TalkEntry) => void;
};

/** Passes without a project have no one to ask. */
export function keepRun({ state, clock }: Workspace, pass: Briefed): RunKeeping {
  const { resumed, runId, prompt } = pass;
  const work = workName(pass);
  if (work === undefined) return {};
  const goesOn = resumed?.kind === 'talk' || resumed?.kind === 'session';
  const kept = keptWork(state, work);
  const keep = keeperOf(state, work, goesOn);
  keep({
    kind: 'begin',
    version: 1,
    runId,
    at: stamp(clock.now()),
    for: keptFor(pass),
    prompt,
  });
  if (resumed?.kind === 'session' && resumed.session !== undefined)
    return {
      keep,
      resume: { kind: 'session', id: resumed.session, prompt: resumed.otherwise ?? prompt },
    };
  if (resumed?.kind !== 'talk' || kept.kind !== 'kept') return { keep };
  return { keep, resume: { kind: 'talk', prompt: kept.first.prompt, entries: kept.entries } };
}

/** Nothing is left to go on with. */
export function dropFinished({ state }: Workspace, pass: Briefed): void {
  const work = workName(pass);
  if (work !== undefined) dropWork(state, work);
}

/** After the work is judged, and before its question is asked. */
export function keepParked(
  { state, clock }: Workspace,
  pass: Reconciled,
  { snapshot, work }: { readonly snapshot: Snapshot; readonly work: Carried },
): void {
  const { runId, outcome, undone, writes } = pass;
  const name = workName(pass);
  const limit = limitReached(outcome);
  if (name === undefined) return;
  if (limit === undefined) {
    // It may have parked until its criteria were known.
    if (outcome.limit !== undefined) dropWork(state, name);
    return;
  }
  const kept = keptWork(state, name);
  const entries = kept.kind === 'kept' ? kept.entries : [];
  keeperOf(
    state,
    name,
    true,
  )({
    kind: 'parked',
    runId,
    at: stamp(clock.now()),
    limit,
    work,
    files: filesKnown(snapshot, writes, entries),
    undone: undone.map(({ path, why }) => ({ path, why })),
    ...defined({ session: outcome.session }),
  });
}
