/**
 * T5, last part: an independent grader that the owner named sees criteria and result, never what
 * the agent says about them. It can lower the grade; if it fails, the grade stays. A module may
 * have one on another machine; what that one does not say in time is unknown.
 */
import { assertionLine } from '../../agents/brief-text.js';
import { type Finding, lowerGrade } from '../../governance/quality/lower-grade.js';
import type { Grade } from '../../governance/quality/quality.js';
import type { AssertionResult } from '../../governance/types.js';
import { defined } from '../../kernel/defined.js';
import { messageOf } from '../../kernel/error.js';
import { quoted } from '../../project/page-text.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Act, noteAct } from '../act.js';
import { type GradeAnswer, gradeQuestion, type ToGrade } from '../judge/grade-question.js';
import { JUDGE_TIERS, judgeFor } from '../judge/judge-for.js';
import { panel } from '../judge/panel.js';
import type { Spent } from '../judge/spent.js';
import { enabledModules } from '../modules/module-hooks.js';
import { baselineSnapshot } from '../reconcile/baseline-snapshot.js';
import type { Graded, PassEnvironment, Reconciled, StepContext } from '../types.js';

const CALLS = 2;
const MOST_NAMED = 5;
/** Characters of all files: a question holds fewer. */
const MOST_SHOWN = 100_000;

type Measured = Pick<Graded, 'quality' | 'reasons' | 'criteria' | 'stop'>;
export type Grading = Spent & {
  /** Nobody graded it: there is no grader, or it gave no answer. */
  readonly isMissing?: true;
  readonly quality: Grade;
  readonly reasons: readonly string[];
  readonly acts: readonly Act[];
};
type Said = Spent & {
  /** Nothing: it gave no answer, or there is no grader. */
  readonly answer?: GradeAnswer;
  readonly by: string;
  readonly acts: readonly Act[];
};
const NOBODY: Spent = { questions: [], judge: undefined };

export async function askGrader(
  context: StepContext,
  pass: Reconciled,
  measured: Measured,
): Promise<Grading> {
  const { env, snapshot } = context;
  const { quality, reasons } = measured;
  const { project, outputs, outcome, subject } = pass;
  const isOver = quality === 'FAIL' || outcome.kind !== 'finished' || outputs.length === 0;
  if (project === undefined || isOver) return { ...NOBODY, quality, reasons, acts: [] };
  const asked = (): ToGrade => toGrade(env, pass, { measured, snapshot });
  const elsewhere = await askElsewhere(context, pass, asked);
  const said = elsewhere?.answer === undefined ? await askHere(context, pass, asked) : elsewhere;
  const before = said === elsewhere ? [] : (elsewhere?.acts ?? []);
  const { answer, by, acts, ...spent } = said;
  if (answer === undefined)
    return { ...spent, isMissing: true, quality, reasons, acts: [...before, ...acts] };
  const named = answer.findings.filter(({ file }) => outputs.includes(file));
  const lines = new Map(named.map(({ file }) => [file, linesOf(snapshot, file)]));
  const { grade, findings, refused } = lowerGrade(quality, answer, lines);
  const lowered = grade === quality ? [] : [`the grader ${by} lowered it from ${quality}`];
  const told = findings.slice(0, MOST_NAMED).map(findingText);
  const detail = [`${by} says ${answer.grade}`, ...told, ...refused].join('; ');
  env.say(`     grader: ${detail}`);
  return {
    ...spent,
    quality: grade,
    reasons: [...lowered, ...told, ...reasons],
    acts: [...before, ...acts, row(subject, grade === quality ? 'ok' : 'lowered', detail)],
  };
}

/** Nothing where no module has a grader. The first one that has one is asked. */
async function askElsewhere(
  { env, snapshot }: StepContext,
  { subject, runId }: Reconciled,
  asked: () => ToGrade,
): Promise<Said | undefined> {
  const { workspace, signal, say } = env;
  for (const module of enabledModules(env, snapshot)) {
    const context = { workspace, snapshot, runId, signal, say };
    const graded = await module.grade?.(asked, context).catch((error: unknown) => ({
      kind: 'unknown' as const,
      why: messageOf(error),
    }));
    if (graded === undefined) continue;
    if (graded.kind === 'answered')
      return { ...NOBODY, answer: graded.answer, by: graded.by, acts: [] };
    const why = `what the grader of ${module.name} says is unknown: ${graded.why}`;
    env.say(`     grader: ${why}`);
    return { ...NOBODY, by: module.name, acts: [row(subject, 'unknown', why)] };
  }
  return undefined;
}

async function askHere(
  { env, snapshot }: StepContext,
  pass: Reconciled,
  asked: () => ToGrade,
): Promise<Said> {
  const { subject } = pass;
  const found = await judgeFor(env, snapshot, JUDGE_TIERS.grader);
  if (found.kind !== 'judge') {
    const acts = found.kind === 'off' ? [] : [row(subject, 'failed', found.why)];
    return { ...NOBODY, by: '', acts };
  }
  const asking = panel(env, pass, { judge: found, calls: CALLS });
  const answer = await asking.ask(gradeQuestion(asked()));
  const { asked: questions, usage, model, spending } = asking;
  const by = model || found.runner.name;
  const judge = { runner: found.runner.name, model, usage, ...defined({ spending }) };
  const budget = noteAct('T5', { type: 'budget', target: found.tier, detail: by });
  if (answer !== undefined) return { questions, judge, answer, by, acts: [budget] };
  const why = `${by} gave no answer, so the grade of the machine stands: ${questions[0]?.problem ?? ''}`;
  env.say(`     grader: ${why}`);
  return { questions, judge, by, acts: [budget, row(subject, 'failed', why)] };
}

function row(target: string, result: string, detail: string): Act {
  return noteAct('T5', { type: 'grader', target, result, detail: detail.slice(0, 300) });
}

function findingText({ file, line, text, severity }: Finding): string {
  return `${file}:${line} (${severity}): ${quoted(text)}`;
}

function linesOf(snapshot: Snapshot, path: string): number {
  return snapshot.text(path)?.split('\n').length ?? 0;
}

type Seen = { readonly measured: Measured; readonly snapshot: Snapshot };

/** Nothing in it comes from the agent but the files that it wrote. */
function toGrade(
  { workspace }: PassEnvironment,
  { project = '', baseline, outputs }: Reconciled,
  { measured, snapshot }: Seen,
): ToGrade {
  const record = snapshot.record('PROJECT', project);
  const before = baselineSnapshot(workspace, baseline);
  const files = shownFiles(outputs, { snapshot, before });
  const more = `\nThe pass left ${outputs.length} files; ${files.length} of them are shown.`;
  const tests = (results: readonly AssertionResult[]): string =>
    results.map((result) => `- ${assertionLine(result)}`).join('\n') || 'none';
  return {
    about: project,
    purpose: {
      source: record?.file ?? '',
      text: `Mission: ${fieldText(record, 'mission')}\nPhase ${fieldText(record, 'phase.name')}: ${fieldText(record, 'phase.objective')}${files.length < outputs.length ? more : ''}`,
    },
    criteria: tests(measured.criteria),
    stop: tests(measured.stop),
    files,
  };
}

/** As many as a question holds. */
function shownFiles(
  outputs: readonly string[],
  views: { readonly snapshot: Snapshot; readonly before: Snapshot },
): ToGrade['files'] {
  const files: ToGrade['files'] = [];
  let left = MOST_SHOWN;
  for (const path of outputs) {
    const text = views.snapshot.text(path);
    if (text === undefined) continue;
    if (left <= 0) return files;
    const file = { path, ...numbered(text, views.before.text(path)) };
    left -= file.text.length;
    files.push(file);
  }
  return files;
}

/** A new file with all its lines; of an edited one, those that it did not have before. */
function numbered(
  text: string,
  before: string | undefined,
): Omit<ToGrade['files'][number], 'path'> {
  const old = new Set(before?.split('\n'));
  const lines = text
    .split('\n')
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => !old.has(line))
    .map(({ line, number }) => `${number}| ${line}`);
  const title = before === undefined ? 'A new file, with line numbers' : 'The new lines of a file';
  return { title, text: lines.join('\n') };
}
