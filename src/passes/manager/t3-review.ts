/**
 * Manager T3 to T7: what each project did since its last review, what it was worth, where it is
 * going, and a verdict on record.
 */
import { fieldInt, fieldText, fieldTime } from '../../project/field-text.js';
import { authorise } from '../../governance/preapproval.js';
import { wordsOf } from '../../kernel/words.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { note, runBundle, runBundles } from '../act.js';
import { keepProposal } from '../apply-proposal.js';
import { type Pass, type ProjectReview, type Step, withData } from '../types.js';

const GRADES = ['FAIL', 'WEAK', 'ADEQUATE', 'STRONG'] as const;
/**
 * The same objective this often in a row, or this many weak passes, and the project is not getting
 * anywhere.
 */
const TOO_OFTEN = 3;

export const changed: Step = {
  id: 'T3',
  title: 'what changed',
  run(pass) {
    const snapshot = pass.env.workspace.snapshot();
    const reviews = snapshot.records('PROJECT').flatMap((project) => review(snapshot, project));
    note(pass, 'T3', {
      type: 'changes',
      result: reviews.length === 0 ? 'skipped' : 'ok',
      detail:
        reviews.map((one) => `${one.slug}: ${one.passes} passes`).join('; ') ||
        'nothing since the last review',
    });
    return withData(pass, { reviews });
  },
};

export const value: Step = {
  id: 'T4',
  title: 'value',
  run(pass) {
    const weak = (pass.data.reviews ?? []).filter(
      (one) =>
        one.grades.slice(-TOO_OFTEN).length === TOO_OFTEN &&
        one.grades.slice(-TOO_OFTEN).every((grade) => grade === 'WEAK' || grade === 'FAIL'),
    );
    for (const one of weak)
      if (isActive(pass, one.slug))
        runBundle(pass, {
          step: 'T4',
          name: 'surface_escalation',
          args: {
            slug: one.slug,
            reason: `${TOO_OFTEN} weak passes in a row`,
            priority: 'high',
            question: `${one.slug}: its last ${TOO_OFTEN} passes were weak (${one.grades.slice(-TOO_OFTEN).join(', ')}). What should it do instead? Answer with an objective, or no to pause it.`,
          },
        });
    const costs = (pass.data.reviews ?? []).flatMap((one) =>
      one.costPerOutput === undefined
        ? []
        : [`${one.slug} ${one.costPerOutput.toFixed(3)} an output`],
    );
    note(pass, 'T4', {
      type: 'value',
      result: weak.length === 0 ? 'ok' : 'failed',
      detail:
        [...weak.map((one) => `${one.slug} is weak`), ...costs].join('; ') || 'no cost reported',
    });
    return pass;
  },
};

export const direction: Step = {
  id: 'T5',
  title: 'direction',
  run(pass) {
    const flagged = (pass.data.reviews ?? []).filter((one) => one.direction !== '');
    note(pass, 'T5', {
      type: 'direction',
      result: flagged.length === 0 ? 'ok' : 'failed',
      detail: flagged.map((one) => `${one.slug}: ${one.direction}`).join('; ') || 'no drift seen',
    });
    return withData(pass, {
      notes: [...pass.data.notes, ...flagged.map((one) => `${one.slug}: ${one.direction}`)],
    });
  },
};

export const rebalance: Step = {
  id: 'T6',
  title: 'priorities',
  run(pass) {
    const swap = proposal(pass);
    if (swap === undefined) {
      note(pass, 'T6', {
        type: 'priorities',
        result: 'skipped',
        detail: 'no other order is better',
      });
      return pass;
    }
    const { first, then, why } = swap;
    const bundles = [
      {
        name: 'project_focus',
        args: {
          slug: then.slug,
          priority: first.priority,
          displaced: first.slug,
          displaced_priority: then.priority,
        },
      },
    ];
    const permission = authorise(pass.env.workspace.snapshot(), {
      actionClass: 'priority-rebalance',
      targets: ['ACTIVE-PROJECTS.md'],
    });
    if (permission.allowed && permission.pa !== undefined) {
      runBundles(
        pass,
        'T6',
        bundles.map((one) => ({
          ...one,
          target: then.slug,
          authorisation: permission.pa ?? '',
          detail: why,
        })),
      );
      return pass;
    }
    const question = `Put ${then.slug} before ${first.slug}? ${why}. Answer yes or no.`;
    const { notices } = runBundle(pass, {
      step: 'T6',
      name: 'proposal_surface',
      args: { priority: 'low', project: then.slug, question },
      target: then.slug,
      detail: why,
    });
    for (const id of notices) keepProposal(pass.env.workspace.state, id, bundles);
    return pass;
  },
};

export const verdicts: Step = {
  id: 'T7',
  title: 'verdicts',
  run(pass) {
    for (const one of pass.data.reviews ?? []) {
      const args = {
        slug: one.slug,
        verdict: one.verdict,
        quality_trend: one.trend,
        direction: one.direction || null,
        rationale: one.rationale,
      };
      runBundle(pass, {
        step: 'T7',
        name: 'review_record',
        args,
        target: one.slug,
        detail: one.verdict,
      });
    }
    note(pass, 'T7', {
      type: 'reviews',
      result: (pass.data.reviews ?? []).length === 0 ? 'skipped' : 'ok',
      detail: (pass.data.reviews ?? []).map((one) => `${one.slug} ${one.verdict}`).join('; '),
    });
    return pass;
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
  const worked = snapshot
    .records('RUN')
    .filter(
      (run) =>
        fieldText(run, 'role') === 'worker' &&
        fieldText(run, 'project') === slug &&
        /^(?:STRONG|ADEQUATE|WEAK|FAIL)\b/.test(fieldText(run, 'outcome')),
    );
  const runs = worked.filter((run) => (fieldTime(run, 'ended') ?? 0) > since);
  const latest = runs.at(-1);
  if (latest === undefined) return [];
  const gradeOf = (run: Rec): (typeof GRADES)[number] =>
    GRADES.find((grade) => fieldText(run, 'outcome').startsWith(grade)) ?? 'FAIL';
  const grades = worked.slice(-6).map(gradeOf);
  const ids = new Set(runs.map((run) => run.key));
  const outputs = new Set(
    snapshot
      .records('CHANGE')
      .filter(
        (row) => ids.has(fieldText(row, 'run_id')) && fieldText(row, 'reason') === 'agent wrote',
      )
      .map((row) => fieldText(row, 'new')),
  );
  const cost = runs.reduce((sum, run) => sum + (Number(fieldText(run, 'cost')) || 0), 0);
  const rationale =
    `${runs.length} passes (${runs.map(gradeOf).join(', ')}), ${outputs.size} outputs with new content; last: ${fieldText(latest, 'outcome')}`.slice(
      0,
      300,
    );
  return [
    {
      slug,
      passes: runs.length,
      grades,
      costPerOutput: cost > 0 && outputs.size > 0 ? cost / outputs.size : undefined,
      verdict: gradeOf(latest),
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
  return change > 0 ? 'up' : change < 0 ? 'down' : 'level';
}

/** Why the project seems to go nowhere; empty when it does not. Only said, never corrected. */
function drift(snapshot: Snapshot, at: { project: Rec; outputs: number; passes: number }): string {
  const objectives = snapshot
    .records('CHANGE')
    .filter((row) => fieldText(row, 'address') === `${at.project.file}#last_pass.objective`)
    .map((row) => fieldText(row, 'new'));
  const recorded = snapshot
    .records('MEMORY')
    .filter((entry) => fieldText(entry, 'project') === at.project.key)
    .map((entry) => fieldText(entry, 'objective'));
  const recent = (recorded.length >= objectives.length ? recorded : objectives).slice(-TOO_OFTEN);
  if (recent.length === TOO_OFTEN && new Set(recent).size === 1)
    return `the same objective ${TOO_OFTEN} times: "${recent[0] ?? ''}"`;
  if (at.passes >= TOO_OFTEN && at.outputs === 0) return `${at.passes} passes without new content`;
  const [next, phase] = [
    fieldText(at.project, 'next_pass.objective'),
    fieldText(at.project, 'phase.objective'),
  ];
  const shared = [...wordsOf(next)].filter((word) =>
    wordsOf(`${phase} ${fieldText(at.project, 'mission')}`).has(word),
  );
  return next !== '' && shared.length === 0
    ? `the next objective shares no word with the phase: "${next}"`
    : '';
}

type Row = { readonly slug: string; readonly priority: number };

/**
 * The first project is not getting anywhere and the next one is: then the next one should come
 * first.
 */
function proposal(pass: Pass): { first: Row; then: Row; why: string } | undefined {
  const rows = pass.env.workspace
    .snapshot()
    .records('DISPATCH')
    .filter((row) => fieldText(row, 'status') === 'active')
    .map((row) => ({ slug: fieldText(row, 'slug'), priority: fieldInt(row, 'priority') ?? 999 }))
    .sort((a, b) => a.priority - b.priority);
  const [first, then] = rows;
  const about = (pass.data.reviews ?? []).find((one) => one.slug === first?.slug);
  if (first === undefined || then === undefined || about === undefined) return undefined;
  const stalled =
    about.grades.slice(-2).length === 2 &&
    about.grades.slice(-2).every((grade) => grade === 'WEAK' || grade === 'FAIL');
  return stalled
    ? {
        first,
        then,
        why: `the last two passes of ${first.slug} were ${about.grades.slice(-2).join(' and ')}`,
      }
    : undefined;
}

function isActive(pass: Pass, slug: string): boolean {
  const row = pass.env.workspace.snapshot().record('DISPATCH', slug);
  return fieldText(row, 'status') === 'active' && fieldText(row, 'escalation') === '';
}
