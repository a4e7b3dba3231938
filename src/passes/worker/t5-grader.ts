/**
 * T5, last part: an independent grader that the owner named sees criteria and result, never what
 * the agent says about them. It can lower the grade; if it fails, the grade stays.
 */
import { z } from 'zod';
import { assertionLine } from '../../agents/brief-text.js';
import type { Fragment } from '../../agents/types.js';
import { type Finding, lowerGrade } from '../../governance/quality/lower-grade.js';
import type { Grade } from '../../governance/quality/quality.js';
import type { AssertionResult } from '../../governance/types.js';
import { defined } from '../../kernel/defined.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Act, noteAct } from '../act.js';
import { JUDGE_TIERS, judgeFor } from '../judge/judge-for.js';
import { panel } from '../judge/panel.js';
import type { Question } from '../judge/question.js';
import { quoted } from '../../project/page-text.js';
import type { Spent } from '../judge/spent.js';
import { baselineSnapshot } from '../reconcile/baseline-snapshot.js';
import type { Graded, PassEnvironment, Reconciled, StepContext } from '../types.js';
import { dataFragment } from './data-fragment.js';

const CALLS = 2;
const MAX_TOKENS = 20_000;
const MOST_FINDINGS = 10;
const MOST_NAMED = 5;

const FORM = z.strictObject({
  grade: z.enum(['STRONG', 'ADEQUATE', 'WEAK', 'FAIL']),
  findings: z
    .array(
      z.strictObject({
        file: z.string().min(1).describe('A path as it is given above.'),
        line: z.int().min(1),
        text: z.string().min(1).describe('What is wrong there, in one sentence.'),
        severity: z.enum(['high', 'medium', 'low']),
      }),
    )
    .max(MOST_FINDINGS),
});

type Measured = Pick<Graded, 'quality' | 'reasons' | 'criteria' | 'stop'>;
export type Grading = Spent & {
  /** Nobody graded it: there is no grader, or it gave no answer. */
  readonly isMissing?: true;
  readonly quality: Grade;
  readonly reasons: readonly string[];
  readonly acts: readonly Act[];
};

export async function askGrader(
  { env, snapshot }: StepContext,
  pass: Reconciled,
  measured: Measured,
): Promise<Grading> {
  const { quality, reasons } = measured;
  const unchanged = { quality, reasons, questions: [], judge: undefined };
  const { project, outputs, outcome, subject } = pass;
  const isOver = quality === 'FAIL' || outcome.kind !== 'finished' || outputs.length === 0;
  if (project === undefined || isOver) return { ...unchanged, acts: [] };
  const found = await judgeFor(env, snapshot, JUDGE_TIERS.grader);
  if (found.kind !== 'judge')
    return {
      ...unchanged,
      isMissing: true,
      acts: found.kind === 'off' ? [] : [row(subject, 'failed', found.why)],
    };
  const asking = panel(env, pass, { judge: found, calls: CALLS });
  const shown = textsOf(snapshot, outputs);
  const answer = await asking.ask(questionOf(env, pass, { measured, shown, snapshot }));
  const { asked, usage, model, spending } = asking;
  const by = model || found.runner.name;
  const spent = {
    questions: asked,
    judge: { runner: found.runner.name, model, usage, ...defined({ spending }) },
  };
  const budget = noteAct('T5', { type: 'budget', target: found.tier, detail: by });
  if (answer === undefined) {
    const why = `${by} gave no answer, so the grade of the machine stands: ${asked[0]?.problem ?? ''}`;
    env.say(`     grader: ${why}`);
    const acts = [budget, row(subject, 'failed', why)];
    return { ...spent, isMissing: true, quality, reasons, acts };
  }
  const lines = new Map([...shown].map(([path, text]) => [path, text.split('\n').length]));
  const { grade, findings, refused } = lowerGrade(quality, answer, lines);
  const lowered = grade === quality ? [] : [`the grader ${by} lowered it from ${quality}`];
  const named = findings.slice(0, MOST_NAMED).map(findingText);
  const detail = [`${by} says ${answer.grade}`, ...named, ...refused].join('; ');
  const why = [...lowered, ...named];
  env.say(`     grader: ${detail}`);
  return {
    ...spent,
    quality: grade,
    reasons: [...why, ...reasons],
    acts: [budget, row(subject, grade === quality ? 'ok' : 'lowered', detail)],
  };
}

function row(target: string, result: string, detail: string): Act {
  return noteAct('T5', { type: 'grader', target, result, detail: detail.slice(0, 300) });
}

function findingText({ file, line, text, severity }: Finding): string {
  return `${file}:${line} (${severity}): ${quoted(text)}`;
}

function textsOf(snapshot: Snapshot, paths: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    paths.flatMap((path) => {
      const text = snapshot.text(path);
      return text === undefined ? [] : [[path, text] as const];
    }),
  );
}

type Seen = {
  readonly measured: Measured;
  readonly shown: ReadonlyMap<string, string>;
  readonly snapshot: Snapshot;
};

/** Nothing in it comes from the agent but the files that it wrote. */
function questionOf(
  { workspace }: PassEnvironment,
  { project = '', baseline }: Reconciled,
  { measured, shown, snapshot }: Seen,
): Question<z.infer<typeof FORM>> {
  const record = snapshot.record('PROJECT', project);
  const before = baselineSnapshot(workspace, baseline);
  const tests = (results: readonly AssertionResult[]): string =>
    results.map((result) => `- ${assertionLine(result)}`).join('\n') || 'none';
  return {
    kind: 'grade',
    about: project,
    text: `Grade the result of one pass by what is in the files. STRONG: complete, right, and somebody can use it. ADEQUATE: it holds, but it adds little. WEAK: it fulfils the tests in letter only, is made up, or has gaps. FAIL: none of it can be used. A program has measured the tests already; you look for what they cannot see. Each finding names the file and the line. No finding, no lower grade.`,
    facts: [
      dataFragment(
        'What it is for',
        record?.file ?? '',
        `Mission: ${fieldText(record, 'mission')}\nPhase ${fieldText(record, 'phase.name')}: ${fieldText(record, 'phase.objective')}`,
      ),
      dataFragment('Criteria, as measured', 'this pass', tests(measured.criteria)),
      dataFragment('Stop condition of the phase, as measured', 'this pass', tests(measured.stop)),
      ...[...shown].map(([path, text]) => numbered(path, text, before.text(path))),
    ],
    form: FORM,
    example:
      '{"grade": "<STRONG, ADEQUATE, WEAK or FAIL>", "findings": [{"file": "<path>", "line": <number>, "text": "<one sentence>", "severity": "<high, medium or low>"}]}',
    maxTokens: MAX_TOKENS,
  };
}

/** A new file with all its lines; of an edited one, those that it did not have before. */
function numbered(path: string, text: string, before: string | undefined): Fragment {
  const old = new Set(before?.split('\n'));
  const lines = text
    .split('\n')
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => !old.has(line))
    .map(({ line, number }) => `${number}| ${line}`);
  const title = before === undefined ? 'A new file, with line numbers' : 'The new lines of a file';
  return dataFragment(title, path, lines.join('\n'));
}
