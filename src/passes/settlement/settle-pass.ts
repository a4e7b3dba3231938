/**
 * The last line of a pass: what its agent was not allowed to change is undone before anything else
 * is written. Safe to call again.
 */
import { type Act, noteAct } from '../act.js';
import { storedPass, storePass } from '../pass-file.js';
import type { Briefed, PassEnvironment, Settled, Undone, Worked } from '../types.js';
import { recordSettled } from './record-settled.js';
import { settle } from './settle.js';

export type SettledWork = Pick<Settled, 'outputs' | 'gone' | 'undone'> & {
  readonly acts: readonly Act[];
};

/** @param pass its agent may not have ended: the pass broke down while it was at work. */
export function settlePass(
  { workspace, say }: PassEnvironment,
  pass: Briefed | Worked,
): SettledWork {
  const found = settle(workspace, pass);
  for (const one of found.undone) say(`     undone: ${one.path} (${one.code})`);
  const settled = { ...found, undone: [...unrecorded(workspace.state), ...found.undone] };
  const { accepted, undone } = settled;
  storePass(workspace.state, pass, { left: { undone, recorded: false } });
  const { runId, project } = pass;
  const recorded = recordSettled({ step: 'T5', settled, runId, project });
  const paths = (isThere: boolean): readonly string[] =>
    accepted.filter((one) => (one.after !== undefined) === isThere).map((one) => one.path);
  return {
    outputs: paths(true),
    gone: paths(false),
    undone,
    acts: [noteAct('T4', agentRow(pass)), ...recorded],
  };
}

/** What was undone before, when its commit failed. */
function unrecorded(state: string): readonly Undone[] {
  const left = storedPass(state)?.left;
  return left === undefined || left.recorded ? [] : left.undone;
}

function agentRow(pass: Briefed | Worked): Parameters<typeof noteAct>[1] {
  const about = { type: 'agent', target: pass.subject };
  const outcome = 'outcome' in pass ? pass.outcome : undefined;
  if (outcome?.kind === 'finished') return { ...about, detail: pass.objective };
  const why = outcome?.detail ?? 'the agent did not end its work';
  return { ...about, result: 'failed', detail: `${outcome?.failure ?? 'not run'}: ${why}` };
}
