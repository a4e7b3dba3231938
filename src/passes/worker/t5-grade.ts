/** T5, second half: the criteria are evaluated, and the pass gets its grade. */
import { agentWrites } from '../agent-writes.js';
import { withoutReport } from '../../governance/last-words.js';
import type { RunOutcome } from '../../agents/types.js';
import { defined } from '../../kernel/defined.js';
import { fieldText } from '../../project/field-text.js';
import { rowsOfRun } from '../../project/recent-rows.js';
import { lastLine } from '../../governance/conditions/last-line.js';
import { approachOf } from '../../governance/approach.js';
import { limitReached, parkedUnlessProved } from '../parking/is-parked.js';
import { keepParked } from '../parking/keep-run.js';
import type { Carried } from '../parking/kept-work.js';
import { evaluateIdle } from '../../governance/idle-work.js';
import { isMet } from '../../governance/conditions/evaluate.js';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { findingText, type RuleFinding } from '../../governance/rule-finding.js';
import { gradePass } from '../../governance/quality/quality.js';
import type { Repeat } from '../../governance/quality/repeats.js';
import type { AssertionResult } from '../../governance/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { noteAct } from '../act.js';
import { storePass } from '../pass-file.js';
import {
  type Evaluated,
  evaluate,
  evidenceRows,
  NOTHING_EVALUATED,
  shortfallOf,
} from '../reconcile/evaluate.js';
import { BROKE_RULE, blockedBy } from '../reconcile/examined.js';
import { diagnosticsOf, newErrors } from '../reconcile/new-errors.js';
import { newWorkOf } from '../reconcile/output-novelty.js';
import { repeatedOutputs } from '../reconcile/repeated-outputs.js';
import { askGrader } from './t5-grader.js';
import { keepRunRecord } from '../run-record.js';
import type { Unit } from '../../governance/unit.js';
import type { Graded, Moved, Reconciled, Step, StepContext } from '../types.js';
import { mergedView } from '../repository/merged-work.js';
import { isJudgedWhole, proveUnit } from '../units/judge-unit.js';
import { gradeOfUnit } from '../units/unit-verdict.js';

/** Of an agent's last words, what fits into a reason. */
const MOST_SAID = 120;

export const t5Grade: Step<Reconciled, Graded> = {
  id: 'T5',
  title: 'grade',
  waits: isJudgedWhole,
  async run(stage, context) {
    const { env, snapshot } = context;
    const { project, undone } = stage;
    if (stage.unit !== undefined) return gradeUnit(context, stage, stage.unit);
    storePass(env.workspace.state, stage, { left: { undone, recorded: true } });
    const produced = { ...stage, outputs: outputsOf(snapshot, stage) };
    const view = { env, snapshot: mergedView(snapshot, stage.merged) };
    const evaluated = (step: 'T5' | 'T6'): Promise<Evaluated> | Evaluated =>
      project === undefined ? NOTHING_EVALUATED : evaluate(view, produced, { step, project });
    const diagnostics = await diagnosticsOf(context, produced);
    const criteria =
      stage.idle === undefined
        ? await evaluated('T5')
        : idleEvaluated(snapshot, produced, diagnostics);
    const repeated = await repeatedOutputs(view, produced);
    const errors = await newErrors(env, produced, { snapshot, diagnostics });
    // The grade needs it; its evidence belongs to T6 and comes after everything of T5.
    const stop = await evaluated('T6');
    const tests = { criteria: criteria.results, stop: stop.results };
    const ended = { ...produced, outcome: parkedUnlessProved(produced.outcome, tests) };
    const measured = gradeOf(view, ended, { ...tests, repeats: repeated.repeats, errors });
    const grading = await askGrader(view, ended, {
      quality: measured.grade,
      reasons: measured.why,
      ...tests,
    });
    const { quality, questions, judge } = grading;
    const reasons = [...grading.reasons, ...noticesOf(stage.findings)];
    const row = noteAct('T5', {
      type: 'validate',
      target: stage.subject,
      result: quality === 'FAIL' ? 'failed' : 'ok',
      detail: `${quality}: ${reasons.join('; ')}`,
    });
    const refused = refusedIn(snapshot, stage.runId);
    const graded = {
      ...ended,
      refused,
      ...tests,
      quality,
      reasons,
      progress: measured.progress,
      novel: measured.work.novel,
      questions,
      judge,
      notes: [...stage.notes, ...reasons],
    };
    keepRunRecord(env.workspace.state, graded);
    keepParked(env.workspace, graded, { snapshot, work: measured.work });
    return {
      stage: graded,
      acts: [...criteria.acts, ...repeated.acts, ...grading.acts, row, ...stop.acts],
    };
  },
};

/** What the rules found that does not block. */
function noticesOf(findings: readonly RuleFinding[]): readonly string[] {
  return findings.filter(({ effect }) => effect !== 'blocks').map(findingText);
}

/** Nobody compares it with earlier outputs: it has its own proof, and nothing else counts. */
async function gradeUnit(
  context: StepContext,
  pass: Reconciled,
  unit: Unit,
): Promise<Moved<Graded>> {
  const { env, snapshot } = context;
  // In a copy, it was judged before its changes were accepted.
  const proved = pass.proof && { ...pass.proof, acts: [] };
  const { acts, verdict, criteria } = proved ?? (await proveUnit(context, pass, unit));
  const quality = gradeOfUnit(verdict);
  const { outputs } = pass;
  const row = noteAct('T5', {
    type: 'validate',
    target: unit.id,
    result: quality === 'FAIL' ? 'failed' : 'ok',
    detail: `${verdict.outcome}: ${verdict.why}`,
  });
  const graded = {
    ...pass,
    questions: [],
    judge: undefined,
    ...pass.proof?.spent,
    criteria,
    verdict,
    quality,
    stop: [],
    reasons: [verdict.why],
    refused: refusedIn(snapshot, pass.runId),
    notes: [...pass.notes, `${unit.id}: ${verdict.outcome}`],
    progress: false,
    novel: outputs.length,
  };
  keepRunRecord(env.workspace.state, graded);
  const work = { outputs, novel: outputs.length, words: 0, before: [] };
  keepParked(env.workspace, graded, { snapshot, work });
  return { stage: graded, acts: [...acts, row] };
}

/** What was refused during this run, from the audit log, where every refusal is recorded. */
function refusedIn(snapshot: Snapshot, runId: string): readonly string[] {
  const rows = rowsOfRun(snapshot, 'AUDIT', runId)
    .filter((row) => fieldText(row, 'type') === 'refusal')
    .map((row) => `${fieldText(row, 'target')}: ${fieldText(row, 'detail')}`);
  return [...new Set(rows)];
}

/** What was found on the disk, and what the agent wrote through guarded tools. */
function outputsOf(snapshot: Snapshot, pass: Reconciled): readonly string[] {
  const { runId, outputs, gone, conflicts, copy, undone } = pass;
  const notHome = copy === undefined ? [] : [...conflicts, ...undone.map(({ path }) => path)];
  const written = [...agentWrites(rowsOfRun(snapshot, 'AUDIT', runId))].filter(
    (path) => !gone.includes(path) && !notHome.includes(path),
  );
  return [...new Set([...outputs, ...written])].sort();
}

/** Idle work has one test, of its own. */
function idleEvaluated(
  snapshot: Snapshot,
  { idle, outputs }: Reconciled,
  diagnostics: readonly Diagnostic[],
): Evaluated {
  if (idle === undefined) return NOTHING_EVALUATED;
  const results = [evaluateIdle(idle, { snapshot, changed: outputs, diagnostics })];
  return { results, acts: evidenceRows({ step: 'T5', project: idle.tier }, results) };
}

type Found = {
  readonly criteria: readonly AssertionResult[];
  readonly stop: readonly AssertionResult[];
  readonly repeats: readonly Repeat[];
  readonly errors: readonly string[];
};

/** Of a pass that goes on with an earlier one, the work of both counts. */
function gradeOf(
  { env, snapshot }: StepContext,
  pass: Reconciled,
  { criteria, stop, repeats, errors }: Found,
): ReturnType<typeof gradePass> & { readonly work: Carried } {
  const { outcome, undone, brief, resumed } = pass;
  const own = newWorkOf(env, { pass, snapshot }, repeats);
  const work = carriedOn(resumed?.carried, {
    ...own,
    outputs: pass.outputs,
    before: brief.stopCondition,
  });
  const { outputs, before } = work;
  const unmet = criteria.filter((result) => !isMet(result));
  const graded = gradePass({
    finished: outcome.kind === 'finished',
    criteria: {
      met: criteria.length - unmet.length,
      total: criteria.length,
      unmet: unmet.map(shortfallOf),
    },
    approach: approachOf({ before, after: stop }, work),
    outputs: outputs.length,
    novel: work.novel,
    ...defined({ parked: parkedOf(outcome), broke: blockedBy(pass.findings)?.why }),
    repeats,
    restored: undone.filter(({ code }) => code !== BROKE_RULE).length,
    invalid: errors.length > 0,
    errors,
    answers: outcome.report.answers,
    ...defined({ ending: endingOf(outcome) }),
    reported: outcome.report.summary !== '',
  });
  return { ...graded, work };
}

function carriedOn(earlier: Carried | undefined, own: Carried): Carried {
  if (earlier === undefined) return own;
  const outputs = [...new Set([...earlier.outputs, ...own.outputs])].sort();
  return {
    outputs,
    novel: Math.min(outputs.length, earlier.novel + own.novel),
    words: earlier.words + own.words,
    before: earlier.before,
  };
}

function parkedOf(outcome: RunOutcome): string | undefined {
  return limitReached(outcome) === undefined ? undefined : outcome.detail;
}

/** Why nothing came of it: the failure, or the last thing that was said outside of a report. */
function endingOf({ kind, failure, detail, tail, report }: RunOutcome): string | undefined {
  if (kind === 'finished' && report.summary !== '') return undefined;
  const last = lastLine(withoutReport(tail)).slice(0, MOST_SAID);
  const said = last === '' ? 'it said nothing' : `its last words: "${last}"`;
  return kind === 'failed' ? `${failure ?? 'crashed'}: ${detail}` : said;
}
