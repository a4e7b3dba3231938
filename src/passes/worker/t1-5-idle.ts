/**
 * T1.5: nothing can move. The first idle tier that finds something gets this pass; none means that
 * there is nothing to do.
 */
import { idle } from '../../governance/idle.js';
import { useOfPreapproval } from '../../governance/preapproval-use.js';
import { EXIT } from '../../kernel/error.js';
import { validateSnapshot } from '../../validate/validate-snapshot.js';
import { livePasses } from '../../workspace/pass-lock.js';
import { bundleAct, noteAct } from '../act.js';
import { keptFacts } from '../reconcile/kept-facts.js';
import type { Dispatched, Halt, Loaded, Step } from '../types.js';
import { IDLE_TIER } from './tier-choice.js';
import { roomFor } from './room-for.js';

/** A project that has still to be loaded, or idle work. */
export type Picked =
  | (Dispatched & { readonly project: string })
  | (Loaded & { project: undefined });

export const t15Idle: Step<Dispatched, Picked> = {
  id: 'T1.5',
  title: 'idle tiers',
  waits: true,
  async run(stage, { env, snapshot }) {
    const { project, request } = stage;
    if (project !== undefined) return { stage: { ...stage, project }, acts: [] };
    if (request.onlyUnits === true) return nothing(stage, 'no unit is ready');
    if (request.project !== undefined)
      return nothing(stage, `${request.project} cannot be worked on now`);
    if (snapshot.record('MODEL-TIER', IDLE_TIER) === undefined)
      return nothing(stage, `no idle work: MODEL-TIERS.md has no tier "${IDLE_TIER}"`);
    const { root, clock } = env.workspace;
    const others = livePasses(root, clock).filter(({ runId }) => runId !== stage.runId);
    const idler = others.find(({ role, project: work }) => role === 'worker' && work === '');
    if (idler !== undefined) return nothing(stage, `${idler.runId} is already doing idle work`);
    const noRoom = roomFor(snapshot, others, env.budget)();
    if (noRoom !== undefined) return nothing(stage, noRoom);
    // What is written: rows that wait for the commit have no number and no link yet.
    const written = env.workspace.snapshot();
    const { choice, considered } = idle(
      snapshot,
      await validateSnapshot(written, {
        home: env.workspace.home,
        modules: env.modules.map((module) => module.name),
        cache: keptFacts(written),
      }),
    );
    if (choice === undefined)
      return nothing(
        stage,
        considered.map((candidate) => `${candidate.tier}: ${candidate.why}`).join('; '),
      );
    env.say(`     idle: ${choice.tier} (${choice.why})`);
    const chosen = noteAct('T1.5', {
      type: 'idle',
      target: choice.tier,
      authorisation: choice.authorisation ?? '',
      detail: choice.why,
    });
    const { tier, item, objective, writes, asked } = choice;
    const use =
      asked === undefined
        ? undefined
        : useOfPreapproval(snapshot, {
            runId: stage.runId,
            actionClass: 'idle-cycle-autonomy',
            ...asked,
          });
    const uses = use === undefined ? [] : [bundleAct('T1.5', use)];
    const work = { project: undefined, subject: tier, idle: item, objective, writes };
    const scope = { phase: undefined, earlierOutputs: [], tools: undefined };
    return { stage: { ...stage, ...work, ...scope }, acts: [chosen, ...uses] };
  },
};

function nothing(stage: Dispatched, detail: string): Halt {
  return {
    halt: true,
    outcome: 'nothing to do',
    exit: EXIT.ok,
    stage,
    acts: [noteAct('T1.5', { type: 'idle', result: 'skipped', detail })],
  };
}
