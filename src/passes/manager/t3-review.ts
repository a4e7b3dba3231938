/**
 * Manager T3 to T7: what each project did since its last review, what it was worth, where it is
 * going, and a verdict on record.
 */
import { plural } from '../../kernel/words.js';
import { agentWrites } from '../agent-writes.js';
import { REST } from '../../project/question-state.js';
import { isAstray } from '../../governance/rest.js';
import { passesUntilRest, stalledPasses } from '../../governance/turns.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { lastRows, rowsOfRuns } from '../../project/recent-rows.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { bundleAct, noteAct } from '../act.js';
import { escalation } from '../escalation.js';
import type { Compared, Entered, Reviewing, Step } from '../types.js';
import type { ProjectReview } from './project-review.js';

const GRADES = ['FAIL', 'WEAK', 'ADEQUATE', 'STRONG'] as const;
/**
 * The same objective this often in a row, or as many passes without new content, and the project is
 * not getting anywhere.
 */
const TOO_OFTEN = 3;
/** That a review looks back at. */
const MOST_PASSES = 1000;

export const changed: Step<Entered, Compared> = {
  id: 'T3',
  title: 'what changed',
  run(stage, { snapshot }) {
    const reviews = snapshot.records('PROJECT').flatMap((project) => review(snapshot, project));
    const detail = reviews
      .map(
        (projectReview) =>
          `${projectReview.slug}: ${plural(projectReview.passes, 'pass', 'passes')}`,
      )
      .join('; ');
    const row = noteAct('T3', {
      type: 'changes',
      result: reviews.length === 0 ? 'skipped' : 'ok',
      detail: detail || 'nothing since the last review',
    });
    return { stage: { ...stage, reviews }, acts: [row] };
  },
};

export const value: Step<Reviewing, Reviewing> = {
  id: 'T4',
  title: 'value',
  run(stage, { snapshot }) {
    const most = passesUntilRest(snapshot);
    const stalled = stage.reviews.map((review) => ({
      ...review,
      stalled: stalledPasses(snapshot, review.slug),
    }));
    const weak = stalled.filter((review) => review.stalled >= most);
    const asked = weak
      .filter((projectReview) => isActive(snapshot, projectReview.slug))
      .map(({ slug, stalled: passes }) => {
        const reason = `${passes} passes in a row without progress`;
        const question = `${slug} rests: ${reason}. What should it do instead? Answer with an objective, or answer no to pause the project.`;
        const asks = { slug, reason, priority: 'high', question, topic: REST };
        return bundleAct('T4', escalation(snapshot, asks));
      });
    const costs = stage.reviews.flatMap((projectReview) =>
      projectReview.costPerOutput === undefined
        ? []
        : [`${projectReview.slug} ${projectReview.costPerOutput.toFixed(3)} an output`],
    );
    const detail = [
      ...weak.map((projectReview) => `${projectReview.slug} makes no progress`),
      ...costs,
    ].join('; ');
    const row = noteAct('T4', {
      type: 'value',
      result: weak.length === 0 ? 'ok' : 'failed',
      detail: detail || 'no cost reported',
    });
    return { stage, acts: [...asked, row] };
  },
};

function isActive(snapshot: Snapshot, slug: string): boolean {
  const row = snapshot.record('DISPATCH', slug);
  return fieldText(row, 'status') === 'active' && fieldText(row, 'escalation') === '';
}

export const verdicts: Step<Reviewing, Reviewing> = {
  id: 'T7',
  title: 'verdicts',
  run(stage) {
    const recorded = stage.reviews.map(({ slug, verdict, trend, direction, rationale }) => {
      const args = {
        slug,
        verdict,
        quality_trend: trend,
        direction: direction || null,
        rationale,
      };
      return bundleAct('T7', { name: 'review_record', args, target: slug, detail: verdict });
    });
    const row = noteAct('T7', {
      type: 'reviews',
      result: stage.reviews.length === 0 ? 'skipped' : 'ok',
      detail: stage.reviews
        .map((projectReview) => `${projectReview.slug} ${projectReview.verdict}`)
        .join('; '),
    });
    return { stage, acts: [...recorded, row] };
  },
};

function review(snapshot: Snapshot, project: Rec): readonly ProjectReview[] {
  const slug = project.key;
  const since = Math.max(
    0,
    ...snapshot
      .records('REVIEW')
      .filter((row) => fieldText(row, 'slug') === slug)
      .map((row) => fieldTime(row, 'date') ?? 0),
  );
  const worked = lastRows(
    snapshot,
    'RUN',
    MOST_PASSES,
    (run) => fieldText(run, 'role') === 'worker' && fieldText(run, 'project') === slug,
    slug,
  ).flatMap((run) => {
    const grade = GRADES.find((name) => name === fieldText(run, 'grade'));
    return grade === undefined ? [] : [{ run, grade }];
  });
  const passes = worked.filter(({ run }) => (fieldTime(run, 'ended') ?? 0) > since);
  const latest = passes.at(-1);
  if (latest === undefined) return [];
  const runs = passes.map(({ run }) => run);
  const grades = worked.slice(-6).map(({ grade }) => grade);
  const ids = new Set(runs.map((run) => run.key));
  const written = agentWrites(rowsOfRuns(snapshot, 'AUDIT', ids));
  const outputs = new Set(
    rowsOfRuns(snapshot, 'CHANGE', ids)
      .filter((row) => written.has(fieldText(row, 'address').replace(/#.*$/, '')))
      .map((row) => fieldText(row, 'new')),
  );
  const isKnown = runs.every(
    (run) => fieldText(run, 'runner') === '' || fieldText(run, 'cost') !== '',
  );
  const cost = runs.reduce((sum, run) => sum + (Number(fieldText(run, 'cost')) || 0), 0);
  const rationale =
    `${plural(runs.length, 'pass', 'passes')} (${passes.map(({ grade }) => grade).join(', ')}), ${plural(outputs.size, 'output')} with new content; last: ${fieldText(latest.run, 'outcome')}`.slice(
      0,
      300,
    );
  return [
    {
      slug,
      passes: runs.length,
      grades,
      costPerOutput: isKnown && cost > 0 && outputs.size > 0 ? cost / outputs.size : undefined,
      verdict: latest.grade,
      trend: trendOf(grades),
      direction: drift(snapshot, { project, outputs: outputs.size, passes: runs.length }),
      rationale,
    },
  ];
}

function trendOf(grades: readonly (typeof GRADES)[number][]): ProjectReview['trend'] {
  const [before, last] = [grades.at(-2), grades.at(-1)];
  if (before === undefined || last === undefined) return 'unknown';
  const change = GRADES.indexOf(last) - GRADES.indexOf(before);
  if (change === 0) return 'level';
  return change > 0 ? 'up' : 'down';
}

/** Why the project seems to go nowhere; empty when it does not. Only said, never corrected. */
function drift(
  snapshot: Snapshot,
  work: { project: Rec; outputs: number; passes: number },
): string {
  const address = `${work.project.file}#last_pass.objective`;
  const objectives = lastRows(
    snapshot,
    'CHANGE',
    MOST_PASSES,
    (row) => fieldText(row, 'address') === address,
    address,
  ).map((row) => fieldText(row, 'new'));
  const recorded = snapshot
    .records('MEMORY')
    .filter((entry) => fieldText(entry, 'project') === work.project.key)
    .map((entry) => fieldText(entry, 'objective'));
  const recent = (recorded.length >= objectives.length ? recorded : objectives).slice(-TOO_OFTEN);
  const stalled = stalledPasses(snapshot, work.project.key);
  if (stalled > 1 && recent.length === TOO_OFTEN && new Set(recent).size === 1)
    return `${stalled} passes without progress, and the same objective ${TOO_OFTEN} times: "${recent[0] ?? ''}"`;
  if (work.passes >= TOO_OFTEN && work.outputs === 0)
    return `${work.passes} passes without new content`;
  const next = fieldText(work.project, 'next_pass.objective');
  return next !== '' && isAstray(work.project, next)
    ? `the next objective shares no word with the phase: "${next}"`
    : '';
}
