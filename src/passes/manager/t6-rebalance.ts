/** Manager T6: whether another project should come first, done under a pre-approval or proposed. */
import { authorise } from '../../project/preapproval.js';
import { useOfPreapproval } from '../../governance/preapproval-use.js';
import { fieldText } from '../../project/field-text.js';
import { isOpenQuestion } from '../../project/question-state.js';
import { freeRows, priorityOf } from './free-rows.js';
import type { Snapshot } from '../../workspace/types.js';
import { bundleAct, bundlesAct, noteAct } from '../act.js';
import type { Reviewing, Step } from '../types.js';
import type { ProjectReview } from './project-review.js';
import { type Judged, opinionOn } from './judgement.js';
import { quoted } from '../../project/page-text.js';

export const rebalance: Step<Reviewing, Reviewing> = {
  id: 'T6',
  title: 'priorities',
  run(stage, { snapshot }) {
    const swap = betterOrder(snapshot, stage);
    if (swap === undefined) {
      const detail = 'no other order is better';
      return { stage, acts: [noteAct('T6', { type: 'priorities', result: 'skipped', detail })] };
    }
    const { first, then, why } = swap;
    const focus = {
      name: 'project_focus',
      args: {
        slug: then.slug,
        priority: first.priority,
        displaced: first.slug,
        displaced_priority: then.priority,
      },
    };
    const actionClass = 'priority-rebalance';
    const permission = authorise(snapshot, { actionClass, targets: ['ACTIVE-PROJECTS.md'] });
    const use = useOfPreapproval(snapshot, {
      runId: stage.runId,
      actionClass,
      target: then.slug,
      permission,
    });
    if (use !== undefined && permission.allowed) {
      const { authorisation } = use;
      const done = { ...focus, target: then.slug, authorisation, detail: why };
      return { stage, acts: [bundlesAct('T6', [use, done])] };
    }
    const refusal = use === undefined ? [] : [bundleAct('T6', use)];
    const question = `Put ${then.slug} before ${first.slug}? ${why}. Answer yes or no.`;
    const proposal = bundleAct('T6', {
      name: 'proposal_surface',
      args: { priority: 'low', project: then.slug, question },
      target: then.slug,
      detail: why,
    });
    return { stage, acts: [...refusal, { ...proposal, proposes: [focus] }] };
  },
};

type Row = { readonly slug: string; readonly priority: number };

type Swap = { readonly first: Row; readonly then: Row; readonly why: string };

/** The model's answer decides, if there is one; otherwise the last grades do. */
function betterOrder(snapshot: Snapshot, { reviews, judged }: Reviewing): Swap | undefined {
  const rows = freeRows(snapshot).map((row) => ({
    slug: fieldText(row, 'slug'),
    priority: priorityOf(row),
  }));
  const opinion = opinionOn(judged, 'order');
  const swap = opinion?.sure === true ? byOpinion(rows, judged, opinion) : byGrades(rows, reviews);
  return swap === undefined || isProposed(snapshot, swap.then.slug) ? undefined : swap;
}

/** A name that is not one of the projects changes nothing. */
function byOpinion(
  rows: readonly Row[],
  { by }: Judged,
  opinion: { readonly first: string; readonly why: string },
): Swap | undefined {
  const [first] = rows;
  const then = rows.find(({ slug }) => slug === opinion.first);
  if (first === undefined || then === undefined || then === first) return undefined;
  return { first, then, why: `${by} says ${quoted(opinion.why)}` };
}

/** The first project is not getting anywhere: then the next one should come first. */
function byGrades(rows: readonly Row[], reviews: readonly ProjectReview[]): Swap | undefined {
  const [first, then] = rows;
  const about = reviews.find((review) => review.slug === first?.slug);
  if (first === undefined || then === undefined || about === undefined) return undefined;
  const other = reviews.find((review) => review.slug === then.slug);
  if (!isStalled(about) || (other !== undefined && isStalled(other))) return undefined;
  const last = about.grades.slice(-2);
  return { first, then, why: `The last two passes of ${first.slug} were ${last.join(' and ')}` };
}

function isStalled({ grades }: ProjectReview): boolean {
  const last = grades.slice(-2);
  return last.length === 2 && last.every((grade) => grade === 'WEAK' || grade === 'FAIL');
}

function isProposed(snapshot: Snapshot, slug: string): boolean {
  return snapshot
    .records('NOTIFICATION')
    .some(
      (record) =>
        fieldText(record, 'kind') === 'proposal' &&
        fieldText(record, 'project') === slug &&
        isOpenQuestion(snapshot, record),
    );
}
