/** The questions that a manager pass has for a model, each with the facts that it needs. */
import { lastRows } from '../../project/recent-rows.js';
import type { Fragment } from '../../agents/types.js';
import { assertionLine } from '../../agents/brief-text.js';
import { distanceTo } from '../../governance/approach.js';
import { draftConditions } from '../../governance/draft.js';
import { passesUntilRest, stalledPasses } from '../../governance/turns.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import { isOpenQuestion } from '../../project/question-state.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Question } from '../judge/question.js';
import { projectScope } from '../project-scope.js';
import { runRecord } from '../run-record.js';
import type { PassEnvironment } from '../types.js';
import type { ProjectReview } from './project-review.js';
import { dataFragment, placeOf } from '../worker/data-fragment.js';
import { presentState } from '../worker/present-state.js';
import { FORMS } from './judgement.js';

const MAX_TOKENS = 6000;
const LAST_RUNS = 6;
const MOST_RUNS = 30;
const SURE = '"sure": <true or false>';

type Asks<K extends keyof typeof FORMS> = Question<Readonly<(typeof FORMS)[K]['_output']>>;

export function directionQuestion(slug: string, facts: readonly Fragment[]): Asks<'direction'> {
  return {
    kind: 'direction',
    about: slug,
    text: `Is the direction of the project \`${slug}\` right? Its mission, its phase and the stop condition are the owner's and stay. Judge by the measured distance and by what the last passes lacked, not by how they sound. A distance that does not shrink over several passes with the same objective means change; nothing that another objective could help means pause.`,
    facts,
    form: FORMS.direction,
    example: `{"verdict": "<right, change or pause>", "why": "<one sentence>", ${SURE}}`,
    maxTokens: MAX_TOKENS,
  };
}

export function objectiveQuestion(slug: string, facts: readonly Fragment[]): Asks<'objective'> {
  return {
    kind: 'objective',
    about: slug,
    text: `Which objective should the next pass of \`${slug}\` have? One small step within its phase that a pass can finish and that makes a test of the stop condition true, or more nearly true. Not one that has already been tried. Name the file and what to put into it.`,
    facts,
    form: FORMS.objective,
    example: `{"objective": "<one imperative sentence>", "why": "<one sentence>", ${SURE}}`,
    maxTokens: MAX_TOKENS,
  };
}

export function draftQuestion(snapshot: Snapshot, draft: Rec): Asks<'draft'> {
  const domain = snapshot.records('DOMAIN')[0];
  const text = (name: string): string => fieldText(draft, name);
  const tests = draftConditions(draft).map((condition) => `- ${condition.text}`);
  return {
    kind: 'draft',
    about: draft.key,
    text: "Is this draft worth a project? It is, if it fits the owner's domain anchor, breaks none of the restrictions, and its tests would show a result that somebody needs.",
    facts: [
      dataFragment(
        "The owner's domain",
        domain === undefined ? 'SOUL.md' : placeOf(domain),
        `Domain anchor: ${fieldText(domain, 'domain_anchor')}\nRestrictions: ${fieldText(domain, 'restrictions')}`,
      ),
      dataFragment(
        'The draft',
        draft.file,
        `Mission: ${text('mission')}\nPhase ${text('phase.name')}: ${text('phase.objective')}\nDone when:\n${tests.join('\n')}\nWhy it fits, says its author: ${text('domain_fit')}\nRationale: ${text('rationale')}`,
      ),
    ],
    form: FORMS.draft,
    example: `{"fits": "<yes, no or unclear>", "why": "<one sentence>", ${SURE}}`,
    maxTokens: MAX_TOKENS,
  };
}

export function orderQuestion(
  snapshot: Snapshot,
  rows: readonly Rec[],
  reviews: readonly ProjectReview[],
): Asks<'order'> {
  const lines = rows.map((row) => {
    const slug = fieldText(row, 'slug');
    const project = snapshot.record('PROJECT', slug);
    const review = reviews.find((candidate) => candidate.slug === slug);
    const grades = review === undefined ? 'no new pass' : review.grades.join(', ');
    const progress = fieldText(project, 'last_pass.progress') || 'nothing measured yet';
    return `- ${slug}: priority ${fieldText(row, 'priority')}; ${progress}; last grades: ${grades}; mission: ${fieldText(project, 'mission')}`;
  });
  return {
    kind: 'order',
    about: 'the order of projects',
    text: 'Which of these projects should come first tonight? The lowest priority number comes first now. Name that one if no other order would bring more. A project that makes no progress yields by itself, so do not move it for that.',
    facts: [dataFragment('Active projects', 'ACTIVE-PROJECTS.md', lines.join('\n'))],
    form: FORMS.order,
    example: `{"first": "<name of a project>", "why": "<one sentence>", ${SURE}}`,
    maxTokens: MAX_TOKENS,
  };
}

export function ownerQuestion(
  snapshot: Snapshot,
  runs: readonly Rec[],
  opinions: readonly string[],
): Asks<'owner'> {
  const shown = runs.slice(-MOST_RUNS).map(runLine);
  const file = runs[0]?.file ?? '';
  const waiting = snapshot
    .records('NOTIFICATION')
    .filter((record) => isOpenQuestion(snapshot, record))
    .map((record) => `- ${fieldText(record, 'action_needed')}`);
  return {
    kind: 'owner',
    about: 'the night',
    text: 'What would you tell the owner about these passes? One or two sentences: what matters most, and what to decide. Only what the data shows. No praise.',
    facts: [
      dataFragment('Passes since the last review', file, shown.join('\n')),
      dataFragment('What waits for the owner', 'NOTIFICATIONS.md', waiting.join('\n') || 'nothing'),
      dataFragment('What you judged', 'this pass', opinions.join('\n') || 'nothing'),
    ],
    form: FORMS.owner,
    example: `{"text": "<one or two sentences>", ${SURE}}`,
    maxTokens: MAX_TOKENS,
  };
}

/** Trend of distances, last grades with reasons, objectives, and the tests as they are now. */
export async function projectFacts(
  env: PassEnvironment,
  snapshot: Snapshot,
  { slug, direction }: { readonly slug: string; readonly direction: string },
): Promise<readonly Fragment[]> {
  const project = snapshot.record('PROJECT', slug);
  if (project === undefined) return [];
  const text = (name: string): string => fieldText(project, name);
  const { writes } = projectScope(snapshot, slug);
  const { stopCondition } = await presentState(
    env,
    { project: slug, writes, idle: undefined },
    snapshot,
  );
  const runs = lastRows(
    snapshot,
    'RUN',
    LAST_RUNS,
    (run) => fieldText(run, 'project') === slug && fieldText(run, 'role') === 'worker',
  );
  const distances = runs.map((run) => distanceAfter(env, run));
  const objectives = triedObjectives(snapshot, project);
  const stalled = stalledPasses(snapshot, slug);
  return [
    dataFragment(
      'The project',
      project.file,
      `Mission: ${text('mission')}\nPhase ${text('phase.name')}: ${text('phase.objective')}\nNext objective: ${text('next_pass.objective')}\nPasses in a row without progress: ${stalled} (it rests at ${passesUntilRest(snapshot)})${direction === '' ? '' : `\nNocturne noticed: ${direction}`}`,
    ),
    dataFragment(
      'Its stop condition, as it is now',
      project.file,
      stopCondition.map((result) => `- ${assertionLine(result)}`).join('\n') || 'none',
    ),
    dataFragment(
      'Distance to the stop condition after each pass (1: nothing, 0: done)',
      runs[0]?.file ?? '',
      distances.join(', ') || 'not measured yet',
    ),
    dataFragment(
      'Its last passes, oldest first',
      runs[0]?.file ?? '',
      runs.map(runLine).join('\n'),
    ),
    dataFragment(
      'Objectives that were tried, oldest first',
      project.file,
      objectives.map((objective) => `- ${objective}`).join('\n') || 'none',
    ),
  ];
}

/** Of the last passes. */
export function triedObjectives(snapshot: Snapshot, project: Rec): readonly string[] {
  const address = `${project.file}#last_pass.objective`;
  const isOfProject = (row: Rec): boolean => fieldText(row, 'address') === address;
  const recorded = lastRows(snapshot, 'CHANGE', LAST_RUNS, isOfProject, address).map((row) =>
    fieldText(row, 'new'),
  );
  const last = fieldText(project, 'last_pass.objective');
  return [...new Set([...recorded, last])].filter((text) => text !== '');
}

function distanceAfter({ workspace }: PassEnvironment, run: Rec): string {
  const after = runRecord(workspace.state, run.key)?.after;
  return after === undefined ? 'not measured' : distanceTo(after.stop).toFixed(3);
}

function runLine(run: Rec): string {
  return `- ${fieldText(run, 'project') || fieldText(run, 'role')}: ${fieldText(run, 'outcome')}`;
}
