/**
 * T1: the owner's answers are taken in, modules do what comes first, then the project or the unit
 * of this pass is chosen.
 */
import { dispatch } from '../../governance/dispatch.js';
import { defined } from '../../kernel/defined.js';
import { livePasses } from '../../workspace/pass-lock.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Act, noteAct } from '../act.js';
import { offeredUnits, runBefore } from '../modules/module-hooks.js';
import type { Offer, Unit } from '../../governance/unit.js';
import { needsCopy } from '../units/module-work.js';
import type { Dispatched, Entered, PassEnvironment, Step } from '../types.js';
import { workOf } from '../units/units-at-work.js';
import { roomFor } from './room-for.js';
import { takeAnswers } from './take-answers.js';

export const t1Dispatch: Step<Entered, Dispatched> = {
  id: 'T1',
  title: 'answers and dispatch',
  waits: true,
  async run(stage, { env, snapshot }) {
    const answered = takeAnswers(env, stage, snapshot);
    const before = await runBefore(env, stage, answered.view);
    const entered = { ...stage, notes: [...stage.notes, ...answered.notes], turnedAway: [] };
    const { acts, ...chosen } = choose(env, entered, before.view);
    return {
      stage: { ...entered, ...chosen },
      acts: [...answered.acts, ...before.acts, ...acts],
    };
  },
};

/**
 * Chooses among the units, and the projects that this pass has not turned away; none left means an
 * idle pass.
 */
export function choose(
  env: PassEnvironment,
  pass: Pick<Dispatched, 'request' | 'runId' | 'turnedAway' | 'driver'>,
  snapshot: Snapshot,
): Choice {
  const { request, runId, turnedAway, driver } = pass;
  const { root, state, clock } = env.workspace;
  const others = livePasses(root, clock).filter((claim) => claim.runId !== runId);
  const { chosen, skipped } = dispatch(snapshot, {
    working: workOf(state, others),
    offer: offerFor(driver, offeredUnits(env, snapshot, request.onlyOf)),
    noRoom: roomFor(snapshot, others, env.budget),
    exclude: new Set(turnedAway.map((candidate) => candidate.slug)),
    ...defined({ only: request.project, onlyUnits: request.onlyUnits }),
  });
  if (chosen === undefined) {
    const detail =
      skipped.map(({ slug, unit, why }) => `${unit?.id ?? slug}: ${why}`).join('; ') ||
      'no project';
    return {
      project: undefined,
      acts: [noteAct('T1', { type: 'dispatch', result: 'skipped', detail })],
    };
  }
  const { slug, unit, why } = chosen;
  const target = unit?.id ?? slug;
  env.say(`     ${target} (${why})`);
  return {
    project: slug,
    ...defined({ unit }),
    acts: [noteAct('T1', { type: 'dispatch', target, detail: why })],
  };
}

type Choice = {
  readonly project: string | undefined;
  readonly unit?: Unit;
  readonly acts: readonly Act[];
};

/** The agent of a host is at work already: it cannot be another runner or a program. */
function offerFor(driver: Dispatched['driver'], offer: Offer): Offer {
  if (driver === 'process') return offer;
  const isForHost = (unit: Unit): boolean =>
    unit.command === undefined && unit.runner === undefined && !needsCopy(unit);
  return { ...offer, units: offer.units.filter(isForHost) };
}
