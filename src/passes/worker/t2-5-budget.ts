/** T2.5: the model tier of the project decides runner, model, minutes, tokens and cost. */
import type { NotNow } from '../../agents/model-tier.js';
import type { SandboxSettings } from '../../agents/sandbox.js';
import type { RunnerSpec } from '../../agents/types.js';
import type { Capability } from '../../governance/types.js';
import { limitsText } from '../../agents/brief-text.js';
import { RAISE, raiseFor, USED } from '../../governance/raised-limits.js';
import { amountText } from '../../project/amount-text.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import { keyVariables } from '../../project/key-variables.js';
import { usedUp } from '../../agents/night-budget.js';
import type { Unit } from '../../governance/unit.js';
import { plural } from '../../kernel/words.js';
import { begunPasses } from '../begun-passes.js';
import { leftOfNight } from '../night-use.js';
import { defined } from '../../kernel/defined.js';
import { EXIT } from '../../kernel/error.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Act, noteAct } from '../act.js';
import { namedRunner, tierChooser, wantedTier } from './tier-choice.js';
import { modelSource } from '../model-access.js';
import { enabledModules } from '../modules/module-hooks.js';
import { COMMAND_LIMITS, commandSpec, cutTo } from '../units/unit-budget.js';
import { livePasses } from '../../workspace/pass-lock.js';
import { askOnce } from '../parking/ask-for-more.js';
import { sharedLimitReached } from '../parking/shared-limit.js';
import type { Budgeted, ChosenTier, Halt, Loaded, Moved, PassEnvironment, Step } from '../types.js';

export const t25Budget: Step<Loaded, Budgeted> = {
  id: 'T2.5',
  title: 'budget and runner',
  waits: true,
  run(stage, { env, snapshot }) {
    const { unit, project } = stage;
    if (unit?.command !== undefined) return commandBudget(env, stage, { snapshot, unit });
    const asked = stage.request.runner;
    const named = namedRunner(snapshot, { project, asked, unit });
    const choice = tierChooser(snapshot, env.budget)(project, asked, unit);
    if (choice.kind === 'unknown-tier') return refuse(stage, choice.reason);
    if (choice.kind !== 'chosen') return notNow(env, stage, { snapshot, choice });
    const record = snapshot.record('RUNNER', choice.runner);
    if (record === undefined)
      return refuse(stage, `the runner "${choice.runner}" is not in orchestration-os/RUNNERS.md`);
    const runner = runnerSpec(snapshot, record);
    const stopped = stopsSpending(env, snapshot, runner);
    if (stopped !== undefined)
      return notNow(env, stage, { snapshot, choice: { kind: 'exhausted', reason: stopped } });
    const { limits } = choice;
    const { maxMinutes, maxTokens, maxCost } = limits;
    const { downgraded } = choice;
    const isTiers = named === undefined || named === tierRunner(snapshot, choice.tier);
    const tier: ChosenTier = {
      name: choice.tier,
      runner: choice.runner,
      model: isTiers ? choice.model : '',
      maxMinutes,
      ...defined({ maxTokens, maxCost }),
    };
    return {
      stage: { ...stage, tier, runner, capability: capabilityFor(unit, runner) },
      acts: [
        noteAct('T2.5', { type: 'budget', target: choice.tier, detail: limitsText(limits) }),
        ...useOf(snapshot, stage.project),
        ...(downgraded === undefined
          ? []
          : [
              noteAct('T2.5', {
                type: 'downgrade',
                target: wantedTier(snapshot, project, unit),
                detail: downgraded,
              }),
            ]),
      ],
    };
  },
};

/** What another machine has worded never gets more than one project. */
function capabilityFor(unit: Unit | undefined, { capability }: RunnerSpec): Capability {
  return unit?.isForeign === true && capability === 'workspace' ? 'project' : capability;
}

/** A program uses no model, so it counts against no tier; only its time is limited. */
function commandBudget(
  env: PassEnvironment,
  stage: Loaded,
  { snapshot, unit }: { readonly snapshot: Snapshot; readonly unit: Unit },
): Moved<Budgeted> | Halt {
  const over = usedUp(leftOfNight(snapshot, begunPasses(snapshot), env.budget));
  if (over !== undefined)
    return notNow(env, stage, { snapshot, choice: { kind: 'night-over', reason: over } });
  const runner = commandSpec(unit);
  const { maxMinutes } = cutTo(COMMAND_LIMITS, unit);
  const tier = { name: runner.name, runner: runner.name, model: '', maxMinutes };
  const row = {
    type: 'command',
    target: unit.id,
    detail: `at most ${plural(maxMinutes, 'minute')}`,
  };
  return {
    stage: { ...stage, tier, runner, capability: runner.capability },
    acts: [noteAct('T2.5', row)],
  };
}

/** Otherwise its first call would be refused, and it would begin again and again. */
function stopsSpending(
  env: PassEnvironment,
  snapshot: Snapshot,
  runner: RunnerSpec,
): string | undefined {
  if (!modelSource(runner, env)?.apiKeyEnv) return undefined;
  const { state } = env.workspace;
  return enabledModules(env, snapshot)
    .map((module) => module.stopsSpending?.({ snapshot, state }))
    .find((why) => why !== undefined);
}

function useOf(snapshot: Snapshot, project = ''): readonly Act[] {
  const raise = raiseFor(snapshot, project);
  if (raise === undefined) return [];
  const { by: authorisation, amount, unit } = raise;
  const detail = `${amountText(amount, unit)} more`;
  return [noteAct('T2.5', { type: RAISE, target: project, authorisation, result: USED, detail })];
}

/** The model of a tier belongs to the tier's own runner. */
function tierRunner(snapshot: Snapshot, tier: string): string {
  return fieldText(snapshot.record('MODEL-TIER', tier), 'runner');
}

/** Not a failure of the project, so the run is recorded without it: its turn comes again. */
function notNow(
  { workspace: { root, clock } }: PassEnvironment,
  stage: Loaded,
  { snapshot, choice }: { readonly snapshot: Snapshot; readonly choice: NotNow },
): Halt {
  const { kind, reason } = choice;
  const isOver = kind === 'night-over';
  const type = isOver ? 'night-budget' : 'budget';
  // What another pass has reserved may be free again when it ends.
  const others = livePasses(root, clock).filter(({ runId }) => runId !== stage.runId);
  const limit = isOver && others.length === 0 ? sharedLimitReached(snapshot) : undefined;
  return {
    halt: true,
    outcome: `did not begin: ${reason}`,
    exit: EXIT.deferred,
    stage: { ...stage, project: undefined, nightOver: reason },
    acts: [
      noteAct('T2.5', { type, result: 'halted', detail: reason }),
      ...(limit === undefined ? [] : askOnce(snapshot, limit, 'T2.5')),
    ],
  };
}

function refuse(stage: Loaded, why: string): Halt {
  return {
    halt: true,
    outcome: `halted at T2.5: ${why}`,
    exit: EXIT.usage,
    stage: { ...stage, notes: [...stage.notes, why] },
    acts: [
      noteAct('T2.5', {
        type: 'budget',
        target: stage.project ?? '',
        result: 'halted',
        detail: why,
      }),
    ],
  };
}

export function runnerSpec(snapshot: Snapshot, record: Rec): RunnerSpec {
  return {
    name: record.key,
    kind: fieldText(record, 'kind'),
    program: fieldText(record, 'program'),
    args: fieldList(record, 'args'),
    endpoint: fieldText(record, 'endpoint'),
    apiKeyEnv: fieldText(record, 'api_key_env'),
    passEnv: fieldList(record, 'pass_env'),
    keys: keyVariables(snapshot),
    sandbox: {
      mode: (fieldText(record, 'sandbox') || 'off') as SandboxSettings['mode'],
      policy: (fieldText(record, 'sandbox_policy') || 'prefer') as SandboxSettings['policy'],
      network: fieldText(record, 'network') === 'true',
      read: fieldList(record, 'sandbox_read'),
    },
    capability: (fieldText(record, 'capability') || 'project') as Capability,
  };
}
