/**
 * T2: the project's record decides whether it can be worked on; if not, it changes state and
 * another one is chosen, at most twice.
 */
import { fieldText } from '../../project/field-text.js';
import { phaseGraph, transitionQuestion } from '../../project/phases.js';
import { projectState, type ProjectState } from '../../governance/project-state.js';
import { transitionExpiry } from '../../governance/transition.js';
import { stamp } from '../../kernel/clock.js';
import { EXIT } from '../../kernel/error.js';
import type { Snapshot } from '../../workspace/types.js';
import { note, runBundle } from '../act.js';
import { choose } from './t1-dispatch.js';
import { type Halt, type Pass, type Step, withData } from '../types.js';

const REDISPATCH = 2;

export const t2Load: Step = {
  id: 'T2',
  title: 'load the project',
  run: (pass) => load(pass),
};

function load(pass: Pass): Pass | Halt {
  const { project: slug } = pass.data;
  if (slug === undefined) return pass;
  const snapshot = pass.env.workspace.snapshot();
  const { state, why } = projectState(snapshot, slug);
  if (state === 'active') {
    const record = snapshot.record('PROJECT', slug);
    note(pass, 'T2', {
      type: 'load',
      target: slug,
      detail: `phase ${fieldText(record, 'phase.name')}`,
    });
    return withData(pass, { objective: fieldText(record, 'next_pass.objective') });
  }
  pass.env.say(`     ${slug}: ${state} (${why})`);
  turnAway(pass, { snapshot, slug, state, why });
  const turned = withData(pass, { turnedAway: [...pass.data.turnedAway, { slug, why }] });
  if (turned.data.turnedAway.length > REDISPATCH)
    return {
      halt: true,
      outcome: `no project could go on: ${turned.data.turnedAway.map((one) => one.slug).join(', ')}`,
      exit: EXIT.findings,
      data: turned.data,
    };
  const next = choose(turned);
  if (next.data.project === undefined)
    return {
      halt: true,
      outcome: `no project could go on: ${slug}: ${why}`,
      exit: EXIT.ok,
      data: next.data,
    };
  return load(next);
}

/** What the owner is asked about a phase that is over, and until when. */
export function transitionArguments(
  snapshot: Snapshot,
  slug: string,
): { slug: string; question: string; expires_at: string } {
  const project = snapshot.record('PROJECT', slug);
  const question = transitionQuestion(
    phaseGraph(snapshot, slug),
    slug,
    fieldText(project, 'phase.name'),
    fieldText(project, 'phase.successor'),
  );
  const expires = project === undefined ? snapshot.now : transitionExpiry(project, snapshot.now);
  return { slug, question, expires_at: stamp(expires) };
}

function turnAway(
  pass: Pass,
  at: { snapshot: Snapshot; slug: string; state: ProjectState['state']; why: string },
): void {
  const { snapshot, slug, state, why } = at;
  switch (state) {
    case 'complete':
      runBundle(pass, {
        step: 'T2',
        name: 'phase_transition',
        args: transitionArguments(snapshot, slug),
        detail: why,
      });
      return;
    case 'stale-objective':
      runBundle(pass, {
        step: 'T2',
        name: 'surface_escalation',
        args: {
          slug,
          reason: why,
          priority: 'medium',
          question: `${slug}: ${why}. What is the next pass to do? Answer with the objective, or no to pause it.`,
        },
        detail: why,
      });
      return;
    case 'missing':
      note(pass, 'T2', { type: 'load', target: slug, result: 'failed', detail: why });
      runBundle(pass, {
        step: 'T2',
        name: 'incident_surface',
        args: {
          priority: 'high',
          project: slug,
          question: `${slug} is in the dispatch table, but ${why}. Restore it or take its row out; answer yes when seen.`,
        },
        target: slug,
        detail: why,
      });
      return;
    default:
      runBundle(pass, {
        step: 'T2',
        name: 'route_block',
        args: {
          slug,
          reason: why,
          priority: 'high',
          question: `${slug}: ${why}. Say how it is to go on, or answer no to pause it.`,
        },
        detail: why,
      });
  }
}
