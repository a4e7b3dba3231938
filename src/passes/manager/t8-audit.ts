/**
 * Manager T8: the spine of every run, refused and undone writes, the whole workspace validated, and
 * closed questions archived.
 */
import { plural } from '../../kernel/words.js';
import { lastManagerRun } from '../../governance/last-manager-run.js';
import { questionState } from '../../project/question-state.js';
import type { Diagnostic, Range } from '../../kernel/diagnostic.js';
import { fieldText, fieldTime } from '../../project/field-text.js';
import { rowsSince } from '../../project/recent-rows.js';
import type { Rec } from '../../markdown/types.js';
import { recordsAt } from '../../validate/query-place.js';
import { validateSnapshot } from '../../validate/validate-snapshot.js';
import type { Snapshot } from '../../workspace/types.js';
import { bundlesAct, noteAct } from '../act.js';
import { keptFacts } from '../reconcile/kept-facts.js';
import type { Reviewed, Reviewing, Step } from '../types.js';
import { outcomeOf } from './outcome.js';

const STEPS = [
  'T0',
  'T1',
  'T1.5',
  'T2',
  'T2.5',
  'T2.7',
  'T3',
  'T3.5',
  'T4',
  'T5',
  'T6',
  'T7',
  'T8',
  'T9',
];
/** What a worker pass that worked on a project has at least one row of. */
const SPINE = ['T0', 'T1', 'T2', 'T2.5', 'T2.7', 'T3', 'T4', 'T5', 'T6', 'T7', 'T8', 'T9'];

export const auditReview: Step<Reviewing, Reviewed> = {
  id: 'T8',
  title: 'audit review',
  async run(stage, { env, snapshot }) {
    const since = lastManager(snapshot);
    const recent = [...rowsSince(snapshot, 'AUDIT', { field: 'time', since: since - 1 })].reverse();
    const broken = spineProblems(recent, stage.runId);
    const anomalies = recent.filter((row) =>
      ['refused', 'restored'].includes(fieldText(row, 'result')),
    );
    const diagnostics = await validateSnapshot(snapshot, {
      home: env.workspace.home,
      modules: env.modules.map((module) => module.name),
      moduleRules: async () => env.modules.flatMap(({ rules = [] }) => rules),
      cache: keptFacts(snapshot),
    });
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    const warnings = diagnostics.filter((diagnostic) => diagnostic.severity === 'warning');
    const archived = archive(snapshot);
    const findings = [
      ...broken,
      ...diagnostics.filter(({ rule }) => rule === 'program-changed').map(({ message }) => message),
      ...errors
        .slice(0, 5)
        .map(
          (diagnostic) =>
            `${diagnostic.range.file}:${diagnostic.range.line} ${diagnostic.rule}: ${diagnostic.message}`,
        ),
    ];
    const row = noteAct('T8', {
      type: 'audit',
      result: findings.length === 0 ? 'ok' : 'failed',
      detail: `${plural(broken.length, 'broken spine')}, ${anomalies.length} refused or undone, ${plural(errors.length, 'error')}, ${plural(warnings.length, 'warning')}, ${archived.length} archived`,
    });
    const signals = signalled(snapshot, diagnostics);
    const counted = { findings: findings.length, signals: signals.length };
    const result = outcomeOf(snapshot, stage, counted);
    return {
      stage: {
        ...stage,
        result,
        notes: [...stage.notes, ...signals.map(({ text }) => text), ...findings],
      },
      acts: [
        ...(archived.length === 0 ? [] : [bundlesAct('T8', archived)]),
        ...signals.map(({ id, text }) =>
          noteAct('T8', { type: 'signal', target: id, result: 'failed', detail: text }),
        ),
        row,
      ],
    };
  },
};

type Signal = { readonly id: string; readonly text: string };

/** Failure modes whose detection selects something in the present workspace. */
function signalled(snapshot: Snapshot, diagnostics: readonly Diagnostic[]): readonly Signal[] {
  const found = diagnostics.filter(({ rule }) => rule === 'failure-mode');
  return snapshot.records('FAILURE-MODE').flatMap((mode) => {
    const meant = found.filter(({ related }) =>
      related?.some(({ range }) => range.file === mode.file && range.line === mode.range.line),
    );
    if (meant.length === 0) return [];
    const title = fieldText(mode, 'title') || fieldText(mode, 'symptom');
    const projects = [...new Set(meant.flatMap(({ range }) => projectAt(snapshot, range)))];
    const where = projects.length === 0 ? '' : ` (${projects.join(', ')})`;
    return [{ id: mode.key, text: `${mode.key} ${title}${where}` }];
  });
}

/** Whose file or row it is that the detection selected. */
function projectAt(snapshot: Snapshot, range: Range): readonly string[] {
  const [, folder] = /^PROJECTS\/([^/]+)\//.exec(range.file) ?? [];
  if (folder !== undefined) return [folder];
  return recordsAt(snapshot, range).flatMap(([, record]) => {
    const slug = fieldText(record, 'project') || record.key;
    return snapshot.record('DISPATCH', slug) === undefined ? [] : [slug];
  });
}

function lastManager(snapshot: Snapshot): number {
  return fieldTime(lastManagerRun(snapshot), 'ended') ?? 0;
}

/** Runs whose rows are out of order, or that worked on a project and left a step out. */
function spineProblems(recent: readonly Rec[], current: string): readonly string[] {
  const byRun = new Map<string, Rec[]>();
  for (const row of recent) {
    const run = fieldText(row, 'run_id');
    if (run === '' || run === current || fieldText(row, 'step') === '') continue;
    byRun.set(run, [...(byRun.get(run) ?? []), row]);
  }
  return [...byRun].flatMap(([run, rows]) => {
    const steps = rows.map((row) => fieldText(row, 'step'));
    const back = steps.find(
      (step, i) =>
        i > 0 &&
        STEPS.indexOf(step) < STEPS.indexOf(steps[i - 1] ?? '') &&
        !['T1', 'T2'].includes(step),
    );
    if (back !== undefined) return [`${run}: ${back} comes after a later step`];
    const worked =
      rows.some((row) => fieldText(row, 'step') === 'T4' && fieldText(row, 'type') === 'agent') &&
      rows.some((row) => fieldText(row, 'type') === 'load');
    const missing = worked ? SPINE.filter((step) => !steps.includes(step)) : [];
    return missing.length === 0 ? [] : [`${run}: no row of ${missing.join(', ')}`];
  });
}

function archive(
  snapshot: Snapshot,
): { name: string; args: Record<string, string | null>; target: string }[] {
  return snapshot
    .records('NOTIFICATION')
    .filter((record) => questionState(snapshot, record).state === 'done')
    .map((record) => {
      const field = (name: string): string | null => record.fields.get(name)?.value || null;
      const args = {
        id: record.key,
        title: field('title'),
        time: field('time'),
        priority: field('priority'),
        project: field('project'),
        kind: field('kind'),
        action_needed: field('action_needed'),
        answer: field('answer'),
        body: field('body'),
      };
      return { name: 'notification_archive', args, target: record.key };
    });
}
