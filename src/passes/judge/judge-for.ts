/** Who is asked for a judgement: the runner and model of a tier that only the owner can add. */
import { chooseTier, type TierLimits, tierRows } from '../../agents/model-tier.js';
import type { SandboxInForce } from '../../agents/sandbox.js';
import { sandboxFor } from '../../agents/sandbox-for.js';
import type { RunnerSpec } from '../../agents/types.js';
import type { Snapshot } from '../../workspace/types.js';
import type { PassEnvironment } from '../types.js';
import { begunPasses, judgeUses, usedToday } from '../begun-passes.js';
import { leftOfNight } from '../night-use.js';
import { runnerSpec } from '../worker/t2-5-budget.js';

/** Without the row of that name in MODEL-TIERS.md, nobody is asked. */
export const JUDGE_TIERS = { manager: 'manager', grader: 'grader' } as const;

export type Judge = {
  readonly kind: 'judge';
  readonly tier: string;
  readonly runner: RunnerSpec;
  readonly model: string;
  readonly limits: TierLimits;
  readonly sandbox: SandboxInForce;
};
/** `off`: there is no such tier. */
export type NoJudge = { readonly kind: 'off' | 'unavailable'; readonly why: string };

export async function judgeFor(
  env: Pick<PassEnvironment, 'env' | 'budget'>,
  snapshot: Snapshot,
  tier: string,
): Promise<Judge | NoJudge> {
  const tiers = tierRows(snapshot.records('MODEL-TIER'));
  if (!tiers.some((row) => row.tier === tier))
    return { kind: 'off', why: `MODEL-TIERS.md has no tier "${tier}"` };
  // A judgement does not count as a pass, but it spends.
  const { passes: _passes, ...night } = leftOfNight(snapshot, begunPasses(snapshot), env.budget);
  const choice = chooseTier({
    tiers,
    wanted: tier,
    usedToday: usedToday(snapshot, judgeUses(snapshot)),
    night,
  });
  if (choice.kind !== 'chosen') return unavailable(choice.reason);
  const record = snapshot.record('RUNNER', choice.runner);
  if (record === undefined)
    return unavailable(`the runner "${choice.runner}" is not in orchestration-os/RUNNERS.md`);
  const runner = runnerSpec(snapshot, record);
  const sandbox = await sandboxFor(runner.sandbox, env.env['PATH']);
  if (sandbox.kind === 'refused')
    return unavailable(`the sandbox of ${runner.name} is not available: ${sandbox.why}`);
  return { kind: 'judge', tier, runner, model: choice.model, limits: choice.limits, sandbox };
}

function unavailable(why: string): NoJudge {
  return { kind: 'unavailable', why };
}
