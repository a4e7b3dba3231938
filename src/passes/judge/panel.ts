/**
 * Puts questions to a judge, one at a time, within a number of calls and the limits of its tier.
 * What it says is checked against the form of the question, and asked for once more if it does not
 * fit.
 */
import { oneLine } from '../../agents/quote-data.js';
import { readTypedAnswer } from '../../agents/typed-answer.js';
import { addUsage, type Budget, NO_USAGE, type Spending, type Usage } from '../../agents/types.js';
import { withoutSecretsIn } from '../../governance/guard/secrets.js';
import type { PassEnvironment } from '../types.js';
import { type AskingPass, askJudge } from './ask-judge.js';
import type { Judge } from './judge-for.js';
import { type AskedQuestion, type Question, questionPrompt } from './question.js';

const ATTEMPTS = 2;
/** A server can call its model what it likes. */
const MOST_NAME = 60;
const IDLE_SECONDS = 120;
const MINUTE_MS = 60_000;

export type Panel = {
  /** `undefined`: no answer that can be used; `asked` says why. */
  ask<T>(question: Question<T>): Promise<T | undefined>;
  /** For text that has no form: what it says to a prompt, or why it says nothing. */
  say(prompt: string): Promise<Call>;
  readonly asked: readonly AskedQuestion[];
  readonly usage: Usage;
  /** Of the answers: one that is not enforced decides. */
  readonly spending: Spending | undefined;
  /** The model that really answered, as it names itself. */
  readonly model: string;
};

export type Call =
  /** `text`: its end. */
  | { readonly kind: 'said'; readonly text: string; readonly whole: string }
  /** `isOver`: the next question would fail for the same reason. */
  | { readonly kind: 'failed'; readonly why: string; readonly isOver: boolean };

/** @param calls how many answers may be asked for, second attempts included. */
export function panel(
  env: PassEnvironment,
  pass: AskingPass,
  { judge, calls }: { readonly judge: Judge; readonly calls: number },
): Panel {
  const asked: AskedQuestion[] = [];
  const started = performance.now();
  let usage = NO_USAGE;
  let model = judge.model;
  let spending: Spending | undefined;
  let left = calls;
  let stopped: string | undefined;

  const call = async (prompt: string): Promise<Call> => {
    const budget = budgetLeft(judge, usage, performance.now() - started);
    if (left <= 0) stopped ??= `the limit of ${calls} calls is reached`;
    if (budget.maxMinutes <= 0) stopped ??= `its ${judge.limits.maxMinutes} minutes are used up`;
    if (stopped !== undefined) return { kind: 'failed', why: stopped, isOver: true };
    left -= 1;
    const outcome = await askJudge(env, pass, { judge, prompt, budget });
    usage = addUsage(usage, outcome.usage);
    if (spending !== 'not enforced') spending = outcome.spending ?? spending;
    model = oneLine(outcome.model).slice(0, MOST_NAME) || model;
    if (outcome.kind === 'finished')
      return { kind: 'said', text: outcome.tail, whole: outcome.answer ?? outcome.tail };
    const why = `${outcome.failure ?? 'crashed'}: ${outcome.detail}`;
    return { kind: 'failed', why, isOver: outcome.failure !== 'refused' };
  };

  return {
    async ask(question) {
      const said: string[] = [];
      let problem: string | undefined;
      let why = '';
      const first = questionPrompt(question);
      const record = (answer: string | undefined): void => {
        const { kind, about } = question;
        const failed = answer === undefined ? why : undefined;
        const kept = { kind, about, model, prompt: first, said, answer, problem: failed };
        asked.push(withoutSecretsIn(kept));
      };
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const result = await call(questionPrompt(question, problem));
        if (result.kind === 'failed') {
          why = result.why;
          if (result.isOver) stopped ??= result.why;
          break;
        }
        said.push(result.text);
        const read = readTypedAnswer(result.text, question.form);
        if (read.kind === 'answer') {
          record(JSON.stringify(read.value));
          return read.value;
        }
        problem = read.problem;
        why = `its answer could not be used. ${read.problem}`;
      }
      record(undefined);
      return undefined;
    },
    say: call,
    asked,
    get usage() {
      return usage;
    },
    get spending() {
      return spending;
    },
    get model() {
      return model;
    },
  };
}

/** A question is one call, and has no tools with which to go round in circles. */
const PATIENCE = { calls: 10, minutes: 10 };

/** Of the tier's limits, what earlier questions have left. */
function budgetLeft({ limits }: Judge, usage: Usage, elapsedMs: number): Budget {
  const tokens = (usage.tokensIn ?? 0) + (usage.tokensOut ?? 0);
  const { maxMinutes, maxTokens, maxCost } = limits;
  return {
    maxMinutes: maxMinutes - elapsedMs / MINUTE_MS,
    maxTokens: maxTokens === undefined ? undefined : Math.max(0, maxTokens - tokens),
    maxCost: maxCost === undefined ? undefined : Math.max(0, maxCost - (usage.cost ?? 0)),
    idleSeconds: IDLE_SECONDS,
    contextBudget: 1000,
    patience: PATIENCE,
  };
}
