/**
 * The question to an independent grader, here or elsewhere: criteria and result, and nothing that
 * the agent says about them. It is plain data, so that it can be sent.
 */
import { z } from 'zod';
import { dataFragment } from '../worker/data-fragment.js';
import type { Question } from './question.js';

const MAX_TOKENS = 20_000;
const MOST_FINDINGS = 10;

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
export const GRADE_ANSWER = FORM;
export type GradeAnswer = z.infer<typeof FORM>;

export const TO_GRADE = z.strictObject({
  about: z.string(),
  purpose: z.strictObject({ source: z.string(), text: z.string() }),
  criteria: z.string(),
  stop: z.string(),
  /** With the number of each line. */
  files: z.array(z.strictObject({ title: z.string(), path: z.string(), text: z.string() })),
});
export type ToGrade = z.infer<typeof TO_GRADE>;

export function gradeQuestion(asked: ToGrade): Question<GradeAnswer> {
  const { about, purpose, criteria, stop, files } = asked;
  return {
    kind: 'grade',
    about,
    text: `Grade the result of one pass by what is in the files. STRONG: complete, right, and somebody can use it. ADEQUATE: it holds, but it adds little. WEAK: it fulfils the tests in letter only, is made up, or has gaps. FAIL: none of it can be used. A program has already measured the tests; you look for what they cannot see. Each finding names the file and the line. No finding, no lower grade.`,
    facts: [
      dataFragment('What it is for', purpose.source, purpose.text),
      dataFragment('Criteria, as measured', 'this pass', criteria),
      dataFragment('Stop condition of the phase, as measured', 'this pass', stop),
      ...files.map(({ title, path, text }) => dataFragment(title, path, text)),
    ],
    form: FORM,
    example:
      '{"grade": "<STRONG, ADEQUATE, WEAK or FAIL>", "findings": [{"file": "<path>", "line": <number>, "text": "<one sentence>", "severity": "<high, medium or low>"}]}',
    maxTokens: MAX_TOKENS,
  };
}
