/**
 * Manager T5: what the model said about a project is checked, and becomes the end of its rest, a
 * change under a pre-approval, or a proposal to the owner.
 */
import { isSecondRest, objectiveProblem, restQuestion } from '../../governance/rest.js';
import { authorise } from '../../project/preapproval.js';
import { useOfPreapproval } from '../../governance/preapproval-use.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';
import { viewAfter } from '../../workspace/draft-view.js';
import {
  type Act,
  bundleAct,
  type BundleAct,
  bundlesAct,
  deedOf,
  noteAct,
  partsOf,
} from '../act.js';
import type { Reviewing, Step } from '../types.js';
import { opinionOn } from './judgement.js';
import type { ProjectReview } from './project-review.js';
import { quoted } from '../../project/page-text.js';
import { triedObjectives } from './questions.js';

type Effect = { readonly acts: readonly Act[]; readonly note: string };

export const direction: Step<Reviewing, Reviewing> = {
  id: 'T5',
  title: 'direction',
  run(stage, { snapshot }) {
    const flagged = stage.reviews.filter((review) => review.direction !== '');
    const noteOf = ({ slug, direction }: ProjectReview): string => `${slug}: ${direction}`;
    // The question of a project at rest says so already.
    const told = flagged.filter(({ slug }) => restQuestion(snapshot, slug) === undefined);
    const slugs = stage.judged.opinions.flatMap((opinion) =>
      opinion.kind === 'direction' ? [opinion.slug] : [],
    );
    const effects: Effect[] = [];
    // A use of a pre-approval counts for the next project too.
    let view = snapshot;
    for (const slug of slugs) {
      const effect = effectOf(stage, view, slug);
      if (effect === undefined) continue;
      effects.push(effect);
      view = viewAfter(view, partsOf(stage, effect.acts));
    }
    const row = noteAct('T5', {
      type: 'direction',
      result: flagged.length === 0 ? 'ok' : 'failed',
      detail: flagged.map(noteOf).join('; ') || 'no drift seen',
    });
    return {
      stage: {
        ...stage,
        notes: [...stage.notes, ...effects.map(({ note }) => note), ...told.map(noteOf)],
      },
      acts: [...effects.flatMap(({ acts }) => acts), row],
    };
  },
};

function effectOf(stage: Reviewing, snapshot: Snapshot, slug: string): Effect | undefined {
  const { judged } = stage;
  const project = snapshot.record('PROJECT', slug);
  const verdict = opinionOn(judged, 'direction', slug);
  if (project === undefined || verdict === undefined || !verdict.sure) return undefined;
  const rest = restQuestion(snapshot, slug);
  if (verdict.verdict === 'pause') {
    // A rest ends with the owner's answer to the question that is open already.
    if (rest !== undefined) return undefined;
    const pause = { name: 'project_pause', args: { slug, reason: verdict.why } };
    const asks = `${judged.by} proposes to pause ${slug}: ${quoted(verdict.why)}. Answer yes or no.`;
    return { acts: [proposal(slug, asks, [pause])], note: `proposed to you: pause ${slug}` };
  }
  const answer = opinionOn(judged, 'objective', slug);
  if (answer === undefined || !answer.sure) return undefined;
  const { objective } = answer;
  const problem = objectiveProblem(project, objective, triedObjectives(snapshot, project));
  if (problem !== undefined)
    return { acts: [], note: `the objective of ${judged.by} for ${slug} is not used: ${problem}` };
  const set = { name: 'objective_set', args: { slug, next_objective: objective } };
  if (rest !== undefined && !isSecondRest(snapshot, slug))
    return {
      acts: [endRest(stage, { slug, rest, set, why: answer.why })],
      note: `${judged.by} ended the rest of ${slug}: its next objective is ${quoted(objective)}`,
    };
  return underApproval(stage, snapshot, { slug, set, objective, why: answer.why });
}

type Rest = {
  readonly slug: string;
  readonly rest: string;
  readonly set: BundleAct;
  readonly why: string;
};

/** The owner may answer while the model is asked: then the owner's answer counts. */
function endRest({ judged, runId }: Reviewing, { slug, rest, set, why }: Rest): Act {
  const reason = `${judged.by} ended the rest: ${why}`.slice(0, 300);
  const over = { type: 'direction', target: slug, result: 'skipped' };
  const detail = 'its rest had ended before the answer of the model could end it';
  return (view) =>
    deedOf(
      view,
      restQuestion(view, slug) === rest
        ? bundlesAct('T5', [
            { ...set, target: slug, authorisation: runId, detail: reason },
            { name: 'escalation_clear', args: { slug, authorisation: runId }, detail: reason },
            {
              name: 'notification_close',
              args: { id: rest, reason },
              target: rest,
              detail: reason,
            },
          ])
        : noteAct('T5', { ...over, detail }),
    );
}

type Change = {
  readonly slug: string;
  readonly set: BundleAct;
  readonly objective: string;
  readonly why: string;
};

/** A new objective for a project that works, or that rests for the second time. */
function underApproval(
  { judged, runId }: Reviewing,
  snapshot: Snapshot,
  { slug, set, objective, why }: Change,
): Effect {
  const actionClass = 'objective-change';
  const isFree = fieldText(snapshot.record('DISPATCH', slug), 'escalation') === '';
  const permission = authorise(snapshot, {
    actionClass,
    targets: [`PROJECTS/${slug}/LONGRUNNER.md`],
    project: slug,
    phase: fieldText(snapshot.record('PROJECT', slug), 'phase.name'),
  });
  const use = isFree
    ? useOfPreapproval(snapshot, { runId, actionClass, target: slug, permission })
    : undefined;
  if (use !== undefined && permission.allowed) {
    const done = { ...set, target: slug, authorisation: use.authorisation, detail: why };
    const note = `${slug} has a new objective from ${judged.by} (${use.authorisation}): ${quoted(objective)}`;
    return { acts: [bundlesAct('T5', [use, done])], note };
  }
  const question = `${judged.by} proposes another objective for ${slug}: ${quoted(objective)}, because ${quoted(why)}. Use it? Answer yes or no.`;
  return {
    acts: [...(use === undefined ? [] : [bundleAct('T5', use)]), proposal(slug, question, [set])],
    note: `proposed to you: another objective for ${slug}`,
  };
}

function proposal(slug: string, question: string, proposes: readonly BundleAct[]): Act {
  const act = bundleAct('T5', {
    name: 'proposal_surface',
    args: { priority: 'medium', project: slug, question },
    target: slug,
  });
  return { ...act, proposes: proposes.map(({ name, args }) => ({ name, args })) };
}
