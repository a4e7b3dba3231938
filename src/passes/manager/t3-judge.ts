/**
 * Manager T3, second half: the model that the owner named for the manager is asked, one bounded
 * question at a time. Later steps check what it says before anything follows from it.
 */
import { plural } from '../../kernel/words.js';
import { newDrafts } from '../../governance/draft.js';
import { isJudged, restQuestion } from '../../governance/rest.js';
import { passesUntilRest, stalledPasses } from '../../governance/turns.js';
import { defined } from '../../kernel/defined.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import { isOpenQuestion } from '../../project/question-state.js';
import { ownerNumber } from '../../project/owner-number.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Act, noteAct } from '../act.js';
import { JUDGE_TIERS, judgeFor } from '../judge/judge-for.js';
import { panel, type Panel } from '../judge/panel.js';
import type { AskedQuestion } from '../judge/question.js';
import { keepQuestions } from '../run-record.js';
import type { Compared, PassEnvironment, Reviewing, Step } from '../types.js';
import type { ProjectReview } from './project-review.js';
import type { Judged, Opinion } from './judgement.js';
import { freeRows } from './free-rows.js';
import { afterLastManager } from './last-manager.js';
import {
  directionQuestion,
  draftQuestion,
  objectiveQuestion,
  orderQuestion,
  ownerQuestion,
  projectFacts,
} from './questions.js';
import { opinionLines } from './opinion-lines.js';

/** Answers that a manager pass may ask for, unless USER.md has another number. */
const DEFAULT_QUESTIONS = 12;
const MOST_DETAIL = 300;

/** What there is to judge. */
type Docket = {
  readonly projects: readonly { readonly slug: string; readonly direction: string }[];
  readonly drafts: readonly Rec[];
  readonly rows: readonly Rec[];
  readonly runs: readonly Rec[];
  readonly reviews: readonly ProjectReview[];
};

export const judge: Step<Compared, Reviewing> = {
  id: 'T3',
  title: 'questions to the model',
  async run(stage, { env, snapshot }) {
    const docket = docketOf(snapshot, stage.reviews);
    const wanted = questionsIn(docket);
    const nobody = (why: string, acts: readonly Act[] = []) => {
      const judged: Judged = { by: '', wanted, opinions: [], why };
      return { stage: { ...stage, judged, questions: [], judge: undefined }, acts };
    };
    if (wanted === 0) return nobody('');
    const found = await judgeFor(env, snapshot, JUDGE_TIERS.manager);
    if (found.kind !== 'judge') {
      const { kind, why } = found;
      const row = { type: 'judge', target: JUDGE_TIERS.manager, result: 'failed', detail: why };
      return nobody(why, kind === 'off' ? [] : [noteAct('T3', row)]);
    }
    const calls = ownerNumber(snapshot, 'manager_questions', DEFAULT_QUESTIONS);
    const asking = panel(env, stage, { judge: found, calls });
    const opinions = await hear(env, snapshot, { docket, asking });
    const { asked, usage, model, spending } = asking;
    keepQuestions(env.workspace.state, stage.runId, asked);
    const missing = asked.find(({ answer }) => answer === undefined);
    const judged: Judged = {
      by: model || found.runner.name,
      wanted: Math.max(wanted, asked.length),
      opinions,
      why: firstSentence(missing?.problem ?? ''),
    };
    const budget = { type: 'budget', target: found.tier, detail: plural(asked.length, 'question') };
    return {
      stage: {
        ...stage,
        judged,
        questions: asked,
        judge: { runner: found.runner.name, model, usage, ...defined({ spending }) },
      },
      acts: [noteAct('T3', budget), ...asked.map(questionRow)],
    };
  },
};

/** The audit log and `log RUN` have all of it. */
function firstSentence(text: string): string {
  return text.replace(/[.] .*$/s, '');
}

function questionRow({ kind, about, answer, problem }: AskedQuestion): Act {
  return noteAct('T3', {
    type: 'question',
    target: about,
    result: answer === undefined ? 'failed' : 'ok',
    detail: `${kind}: ${answer ?? problem ?? ''}`.slice(0, MOST_DETAIL),
  });
}

function docketOf(snapshot: Snapshot, reviews: readonly ProjectReview[]): Docket {
  const waiting = new Set(
    snapshot
      .records('NOTIFICATION')
      .filter(
        (record) =>
          ['proposal', 'draft'].includes(fieldText(record, 'kind')) &&
          isOpenQuestion(snapshot, record),
      )
      .map((record) => fieldText(record, 'project')),
  );
  const free = freeRows(snapshot);
  const isFree = new Set(free.map((row) => fieldText(row, 'slug')));
  const most = passesUntilRest(snapshot);
  const needs = reviews.filter(
    ({ slug, direction }) => direction !== '' || stalledPasses(snapshot, slug) >= most,
  );
  const resting = snapshot
    .records('DISPATCH')
    .filter((row) => fieldText(row, 'status') === 'active')
    .map((row) => fieldText(row, 'slug'))
    .filter((slug) => restQuestion(snapshot, slug) !== undefined && !isJudged(snapshot, slug));
  const slugs = new Set([...resting, ...needs.map(({ slug }) => slug)]);
  return {
    projects: [...slugs]
      .filter((slug) => !waiting.has(slug) && (resting.includes(slug) || isFree.has(slug)))
      .map((slug) => ({
        slug,
        direction: reviews.find((review) => review.slug === slug)?.direction ?? '',
      })),
    drafts: newDrafts(snapshot),
    rows:
      free.length > 1 &&
      reviews.length > 0 &&
      !free.some((row) => waiting.has(fieldText(row, 'slug')))
        ? free
        : [],
    runs: afterLastManager(snapshot).runs,
    reviews,
  };
}

function questionsIn({ projects, drafts, rows, runs }: Docket): number {
  return projects.length + drafts.length + Number(rows.length > 0) + Number(runs.length > 0);
}

type Hearing = { readonly docket: Docket; readonly asking: Panel };

/** The most urgent first: what rests or drifts, then drafts, the order, and the owner's page. */
async function hear(
  env: PassEnvironment,
  snapshot: Snapshot,
  { docket, asking }: Hearing,
): Promise<readonly Opinion[]> {
  const opinions: Opinion[] = [];
  for (const project of docket.projects) {
    const { slug } = project;
    const facts = await projectFacts(env, snapshot, project);
    const direction = await asking.ask(directionQuestion(slug, facts));
    if (direction === undefined) continue;
    opinions.push({ kind: 'direction', slug, ...direction });
    if (direction.verdict === 'pause' || !direction.sure) continue;
    const isResting = restQuestion(snapshot, slug) !== undefined;
    if (direction.verdict === 'right' && !isResting) continue;
    const objective = await asking.ask(objectiveQuestion(slug, facts));
    if (objective !== undefined) opinions.push({ kind: 'objective', slug, ...objective });
  }
  for (const draft of docket.drafts) {
    const answer = await asking.ask(draftQuestion(snapshot, draft));
    if (answer !== undefined) opinions.push({ kind: 'draft', slug: draft.key, ...answer });
  }
  if (docket.rows.length > 0) {
    const order = await asking.ask(orderQuestion(snapshot, docket.rows, docket.reviews));
    if (order !== undefined) opinions.push({ kind: 'order', ...order });
  }
  if (docket.runs.length > 0) {
    const told = await asking.ask(ownerQuestion(snapshot, docket.runs, opinionLines(opinions)));
    if (told !== undefined) opinions.push({ kind: 'owner', ...told });
  }
  return opinions;
}
