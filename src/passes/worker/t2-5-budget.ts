/** T2.5: the model tier of the project decides runner, model, minutes, tokens and cost. */
import { chooseTier, tierRows } from '../../agents/model-tier.js';
import type { SandboxSettings } from '../../agents/sandbox.js';
import type { RunnerSpec } from '../../agents/types.js';
import type { Capability } from '../../governance/types.js';
import { fieldList, fieldText, fieldTime } from '../../project/field-text.js';
import { rowsSince } from '../../project/recent-rows.js';
import { dayIn, ownerZone } from '../../project/owner-zone.js';
import { defined } from '../../kernel/defined.js';
import { EXIT } from '../../kernel/error.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { noteAct } from '../act.js';
import { IDLE_TIER } from './t1-5-idle.js';
import type { Budgeted, ChosenTier, Halt, Loaded, Step } from '../types.js';

/** An hour longer when daylight saving time ends. */
const LONGEST_DAY_MS = 25 * 3_600_000;

export const t25Budget: Step<Loaded, Budgeted> = {
  id: 'T2.5',
  title: 'budget and runner',
  waits: true,
  run(stage, { snapshot }) {
    const project =
      stage.project === undefined ? undefined : snapshot.record('PROJECT', stage.project);
    const wanted = fieldText(project, 'next_pass.model_tier') || IDLE_TIER;
    const named = stage.request.runner ?? (fieldText(project, 'next_pass.runner') || undefined);
    const choice = chooseTier({
      tiers: tierRows(snapshot.records('MODEL-TIER')),
      wanted,
      usedToday: usedToday(snapshot),
      ...defined({ runner: named }),
    });
    if (choice.kind !== 'chosen') return refuse(stage, choice.reason);
    const record = snapshot.record('RUNNER', choice.runner);
    if (record === undefined)
      return refuse(stage, `the runner "${choice.runner}" is not in orchestration-os/RUNNERS.md`);
    const { maxMinutes, maxTokens, maxCost } = choice.limits;
    const { downgraded } = choice;
    const isTiers = named === undefined || named === tierRunner(snapshot, choice.tier);
    const tier: ChosenTier = {
      name: choice.tier,
      runner: choice.runner,
      model: isTiers ? choice.model : '',
      maxMinutes,
      ...defined({ maxTokens, maxCost, downgraded }),
    };
    const runner = runnerSpec(record);
    const budget = noteAct('T2.5', {
      type: 'budget',
      target: choice.tier,
      detail: downgraded ?? `${maxMinutes} minutes`,
    });
    return { stage: { ...stage, tier, runner, capability: runner.capability }, acts: [budget] };
  },
};

/** The model of a tier belongs to the tier's own runner. */
function tierRunner(snapshot: Snapshot, tier: string): string {
  return fieldText(snapshot.record('MODEL-TIER', tier), 'runner');
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

/** Passes by tier, from the audit rows of this step, on the day that it is for the owner. */
function usedToday(snapshot: Snapshot): Readonly<Record<string, number>> {
  const zone = ownerZone(snapshot);
  const today = dayIn(zone, snapshot.now);
  const used: Record<string, number> = {};
  const since = snapshot.now.getTime() - LONGEST_DAY_MS;
  for (const row of rowsSince(snapshot, 'AUDIT', { field: 'time', since })) {
    if (fieldText(row, 'step') !== 'T2.5' || fieldText(row, 'result') !== 'ok') continue;
    const time = fieldTime(row, 'time');
    if (time === undefined || Math.abs(snapshot.now.getTime() - time) > LONGEST_DAY_MS) continue;
    if (dayIn(zone, new Date(time)) !== today) continue;
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
