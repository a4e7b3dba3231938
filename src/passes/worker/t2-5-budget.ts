/** T2.5: the model tier of the project decides runner, model, minutes, tokens and cost. */
import { chooseTier, tierRows } from '../../agents/model-tier.js';
import type { SandboxSettings } from '../../agents/sandbox-settings.js';
import type { RunnerSpec } from '../../agents/types.js';
import type { Capability } from '../../governance/types.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import { dateStamp } from '../../kernel/clock.js';
import { EXIT } from '../../kernel/error.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { note } from '../act.js';
import { type ChosenTier, type Halt, type Pass, type Step, withData } from '../types.js';

/** Idle passes never cost more than this. */
const IDLE_TIER = 'lightweight';

export const t25Budget: Step = {
  id: 'T2.5',
  title: 'budget and runner',
  run(pass) {
    const snapshot = pass.env.workspace.snapshot();
    const project =
      pass.data.project === undefined ? undefined : snapshot.record('PROJECT', pass.data.project);
    const wanted = fieldText(project, 'next_pass.model_tier') || IDLE_TIER;
    const named = pass.data.request.runner ?? (fieldText(project, 'next_pass.runner') || undefined);
    const choice = chooseTier({
      tiers: tierRows(snapshot.records('MODEL-TIER')),
      wanted,
      usedToday: usedToday(snapshot),
      ...(named === undefined ? {} : { runner: named }),
    });
    if (choice.kind !== 'chosen') return refuse(pass, choice.reason);
    const record = snapshot.record('RUNNER', choice.runner);
    if (record === undefined)
      return refuse(pass, `the runner "${choice.runner}" is not in orchestration-os/RUNNERS.md`);
    const { maxMinutes, maxTokens, maxCost } = choice.limits;
    const tier: ChosenTier = {
      name: choice.tier,
      runner: choice.runner,
      model: named === undefined || named === tierRunner(snapshot, choice.tier) ? choice.model : '',
      maxMinutes,
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(maxCost === undefined ? {} : { maxCost }),
      ...(choice.downgraded === undefined ? {} : { downgraded: choice.downgraded }),
    };
    note(pass, 'T2.5', {
      type: 'budget',
      target: choice.tier,
      detail: choice.downgraded ?? `${maxMinutes} minutes`,
    });
    const runner = runnerSpec(record);
    return withData(pass, { tier, runner, capability: runner.capability });
  },
};

/** The model of a tier belongs to the tier's own runner. */
function tierRunner(snapshot: Snapshot, tier: string): string {
  return fieldText(snapshot.record('MODEL-TIER', tier), 'runner');
}

function refuse(pass: Pass, why: string): Halt {
  note(pass, 'T2.5', {
    type: 'budget',
    target: pass.data.project ?? '',
    result: 'halted',
    detail: why,
  });
  return {
    halt: true,
    outcome: `halted at T2.5: ${why}`,
    exit: EXIT.usage,
    data: { ...pass.data, notes: [...pass.data.notes, why] },
  };
}

/** Passes of today by tier, from the audit rows of this step. */
function usedToday(snapshot: Snapshot): Readonly<Record<string, number>> {
  const today = dateStamp(snapshot.now);
  const used: Record<string, number> = {};
  for (const row of snapshot.records('AUDIT')) {
    if (
      fieldText(row, 'step') !== 'T2.5' ||
      fieldText(row, 'result') !== 'ok' ||
      !fieldText(row, 'time').startsWith(today)
    )
      continue;
    const tier = fieldText(row, 'target');
    used[tier] = (used[tier] ?? 0) + 1;
  }
  return used;
}

function runnerSpec(record: Rec): RunnerSpec {
  return {
    name: record.key,
    kind: fieldText(record, 'kind'),
    program: fieldText(record, 'program'),
    args: fieldList(record, 'args'),
    endpoint: fieldText(record, 'endpoint'),
    apiKeyEnv: fieldText(record, 'api_key_env'),
    passEnv: fieldList(record, 'pass_env'),
    sandbox: {
      mode: (fieldText(record, 'sandbox') || 'off') as SandboxSettings['mode'],
      policy: (fieldText(record, 'sandbox_policy') || 'prefer') as SandboxSettings['policy'],
      network: fieldText(record, 'network') === 'true',
      read: fieldList(record, 'sandbox_read'),
    },
    capability: (fieldText(record, 'capability') || 'project') as Capability,
  };
}
