/**
 * Judges of this workspace for a node that may call: within the limits that its owner set for them,
 * counted as every judgement, and without anything of this workspace in the question.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Usage } from '../../../agents/types.js';
import { notAsSigned } from '../../../integrity/page-as-signed.js';
import { judgeFor, type Judge } from '../../../passes/judge/judge-for.js';
import { type Panel, panel } from '../../../passes/judge/panel.js';
import type { ServeContext } from '../../../passes/module.js';
import type { PassEnvironment } from '../../../passes/types.js';
import type { Workspace } from '../../../workspace/types.js';
import { CallError } from '../calls/call.js';
import type { CallHandler, Taken } from '../calls/taken-calls.js';

export type JudgeServing = Pick<ServeContext, 'workspace' | 'env' | 'modules'> &
  Partial<Pick<ServeContext, 'runners'>>;
export type Judged<T> = {
  readonly value: T;
  /** As it names itself. */
  readonly model: string;
  readonly usage: Usage;
};

export const mayCall: CallHandler['refusal'] = ({ node, from }) =>
  node.may(from, 'call') ? undefined : `${from} may not ask agents here`;

/**
 * @param tiers the first of them that this workspace has.
 * @throws CallError `not-found` without a judge, `busy` when its limits are reached.
 */
export async function judgeForPeer<T>(
  serving: JudgeServing,
  { from, key, node, signal }: Taken,
  { tiers, calls }: { readonly tiers: readonly string[]; readonly calls: number },
  ask: (panel: Panel) => Promise<T>,
): Promise<Judged<T>> {
  const { workspace, env, modules, runners = [] } = serving;
  const environment: PassEnvironment = {
    ...{ workspace, env, signal, runners, modules: modules() },
    say: node.say,
    wait: async (ms, ending) => {
      await pause(ms, undefined, { signal: ending }).catch(() => undefined);
    },
  };
  const judge = await chosenJudge(environment, tiers);
  countJudgement(workspace, judge, from);
  const asking = panel(environment, { runId: `mesh-${from}-${key}` }, { judge, calls });
  const value = await ask(asking);
  return { value, model: asking.model, usage: asking.usage };
}

async function chosenJudge(env: PassEnvironment, tiers: readonly string[]): Promise<Judge> {
  const { workspace } = env;
  const snapshot = workspace.snapshot();
  const pages = ['RUNNER', 'MODEL-TIER'].flatMap((object) => snapshot.filesOf(object));
  const unsigned = notAsSigned(workspace, snapshot, pages);
  if (unsigned !== undefined) throw new CallError('refused', unsigned);
  let why = `this node has no tier ${tiers.join(' or ')}`;
  for (const tier of tiers) {
    const found = await judgeFor(env, snapshot, tier);
    if (found.kind === 'judge') return requireMoney(env, found);
    if (found.kind === 'unavailable') throw new CallError('busy', found.why);
    why = found.why;
  }
  throw new CallError('not-found', why);
}

function requireMoney({ modules, workspace }: PassEnvironment, judge: Judge): Judge {
  if (judge.runner.apiKeyEnv === '') return judge;
  const context = { snapshot: workspace.snapshot(), state: workspace.state };
  const why = modules.map((module) => module.stopsSpending?.(context)).find(Boolean);
  if (why !== undefined) throw new CallError('busy', why);
  return judge;
}

/** Before it is asked, so that one that is cut off counts as well. */
function countJudgement(workspace: Workspace, judge: Judge, from: string): void {
  const detail = `${judge.model || judge.runner.name} for ${from}`;
  workspace.commit(() => ({
    actor: { kind: 'nocturne', name: 'mesh' },
    runId: '',
    reason: `a judgement for ${from}`,
    changes: [],
    audit: [
      { step: '', type: 'budget', target: judge.tier, authorisation: '', result: 'ok', detail },
    ],
  }));
}
