/** Grades the results of another node's passes with the grader of this one. */
import { GRADE_ANSWER, gradeQuestion, TO_GRADE } from '../../../passes/judge/grade-question.js';
import { JUDGE_TIERS } from '../../../passes/judge/judge-for.js';
import { CallError } from '../calls/call.js';
import type { CallHandler } from '../calls/taken-calls.js';
import { z } from 'zod';
import { type JudgeServing, judgeForPeer, mayCall } from './peer-judge.js';

const CALLS = 2;

/** What comes back. Tokens are what the runner reports. */
export const REVIEW = z.object({
  answer: GRADE_ANSWER,
  model: z.string().max(100),
  tokens: z.number().nonnegative().optional(),
});

export function reviewCalls(serving: JudgeServing): CallHandler {
  return {
    refusal: mayCall,
    resumes: true,
    onlySays: true,
    async carryOut(taken) {
      const read = TO_GRADE.safeParse(taken.body);
      if (!read.success) throw new CallError('malformed', 'criteria and files were expected');
      const asked = { tiers: [JUDGE_TIERS.grader], calls: CALLS };
      const { value, model, usage } = await judgeForPeer(serving, taken, asked, async (panel) => ({
        answer: await panel.ask(gradeQuestion(read.data)),
        problem: panel.asked[0]?.problem,
      }));
      if (value.answer === undefined)
        throw new CallError('failed', value.problem ?? 'the grader gave no answer');
      const tokens = (usage.tokensIn ?? 0) + (usage.tokensOut ?? 0);
      return { answer: value.answer, model, tokens };
    },
  };
}
