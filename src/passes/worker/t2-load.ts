/**
 * T2: the project's record decides whether it can be worked on; if not, it changes state and
 * another one is chosen, at most twice.
 */
import { unreadableTopic } from '../../governance/mended-incidents.js';
import { ASKS_OBJECTIVE, isOpenQuestion } from '../../project/question-state.js';
import { fieldText } from '../../project/field-text.js';
import { projectState, type ProjectState } from '../../governance/project-state.js';
import { EXIT } from '../../kernel/error.js';
import { sentence } from '../../kernel/words.js';
import { viewAfter } from '../../workspace/draft-view.js';
import type { Unit } from '../../governance/unit.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Act, bundleAct, bundlesAct, noteAct, partsOf } from '../act.js';
import { escalation } from '../escalation.js';
import { projectScope } from '../project-scope.js';
import type { Dispatched, Halt, Loaded, Moved, PassEnvironment, Step } from '../types.js';
import { askTransition } from './ask-transition.js';
import { choose } from './t1-dispatch.js';
import type { Picked } from './t1-5-idle.js';

const REDISPATCH = 2;

export const t2Load: Step<Picked, Loaded> = {
  id: 'T2',
  title: 'load the project',
  waits: true,
  run: (stage, { env, snapshot }) =>
    stage.project === undefined ? { stage, acts: [] } : load(env, stage, snapshot),
};

type WithProject = Dispatched & { readonly project: string };

function load(env: PassEnvironment, first: WithProject, snapshot: Snapshot): Moved<Loaded> | Halt {
  const acts: Act[] = [];
  if (first.unit !== undefined)
    return { stage: unitOf(first, first.unit, snapshot), acts: [unitRow(first.unit)] };
  let stage = first;
  for (let view = snapshot; ; ) {
    const { project: slug } = stage;
    const found = projectState(view, slug);
    const { state, why } = found;
    if (state === 'active') {
      const loaded = loadedOf(stage, view);
      const row = { type: 'load', target: slug, detail: `phase ${loaded.phase}` };
      return { stage: loaded, acts: [...acts, noteAct('T2', row)] };
    }
    env.say(`     ${slug}: ${state} (${why})`);
    const turnedAway = [...stage.turnedAway, { slug, why }];
    const away = turnAway(view, { slug, ...found });
    acts.push(...away);
    if (turnedAway.length > REDISPATCH) {
      const slugs = turnedAway.map((candidate) => candidate.slug).join(', ');
      return over({ ...stage, turnedAway }, { acts, outcome: slugs, exit: EXIT.findings });
    }
    view = viewAfter(view, partsOf(stage, away));
    const next = choose(env, { ...stage, turnedAway }, view);
    acts.push(...next.acts);
    if (next.project === undefined) {
      const ended = { ...stage, turnedAway, project: undefined };
      return over(ended, { acts, outcome: `${slug}: ${why}`, exit: EXIT.ok });
    }
    stage = { ...stage, turnedAway, project: next.project };
  }
}

function over(
  stage: Dispatched,
  { acts, outcome, exit }: Pick<Halt, 'acts' | 'outcome' | 'exit'>,
): Halt {
  return { halt: true, outcome: `no project could continue: ${outcome}`, exit, stage, acts };
}

/** Its plan has decided that it can be worked on. */
function unitOf(stage: WithProject, unit: Unit, snapshot: Snapshot): Loaded {
  const { project } = stage;
  const { id: subject, objective, writes } = unit;
  const scope = projectScope(snapshot, project);
  const own = { subject, objective, writes, tools: unit.tools ?? scope.tools };
  return { ...stage, ...scope, ...own, unit, project, idle: undefined };
}

function unitRow({ project, id }: Unit): Act {
  return noteAct('T2', { type: 'load', target: project, detail: id });
}

function loadedOf(stage: WithProject, snapshot: Snapshot): Loaded & { readonly phase: string } {
  const { project } = stage;
  const objective = fieldText(snapshot.record('PROJECT', project), 'next_pass.objective');
  return {
    ...stage,
    ...projectScope(snapshot, project),
    project,
    subject: project,
    idle: undefined,
    objective,
  };
}

function turnAway(
  snapshot: Snapshot,
  project: ProjectState & { readonly slug: string },
): readonly Act[] {
  const { slug, state, why, repair } = project;
  switch (state) {
    case 'complete':
      return [bundlesAct('T2', askTransition(snapshot, slug, { detail: why }))];
    case 'stale-objective': {
      const question = `${slug}: ${sentence(why)} What is the next pass to do? Answer with the objective, or no to pause the project.`;
      const asks = { slug, reason: why, priority: 'medium', question, topic: ASKS_OBJECTIVE };
      return [bundleAct('T2', { ...escalation(snapshot, asks), detail: why })];
    }
    case 'missing': {
      const question = `${slug} is in the dispatch table, but ${why}. Restore it or take its row out; answer yes when seen.`;
      const topic = unreadableTopic(slug);
      const args = { priority: 'high', project: slug, question, topic };
      const note = noteAct('T2', { type: 'load', target: slug, result: 'failed', detail: why });
      if (isAsked(snapshot, topic)) return [note];
      return [note, bundleAct('T2', { name: 'incident_surface', args, target: slug, detail: why })];
    }
    default: {
      const answer =
        repair === undefined ? 'Answer how it should continue' : `${repair}, then answer yes`;
      const question = `${slug}: ${sentence(why)} ${answer}, or answer no to pause the project.`;
      const args = { slug, reason: why, priority: 'high', question };
      return [bundleAct('T2', { name: 'route_block', args, detail: why })];
    }
  }
}

function isAsked(snapshot: Snapshot, topic: string): boolean {
  return snapshot
    .records('NOTIFICATION')
    .some((record) => fieldText(record, 'topic') === topic && isOpenQuestion(snapshot, record));
}
