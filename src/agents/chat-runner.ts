/**
 * The runner of kind `chat`: a model behind an OpenAI-compatible endpoint works with guarded tools.
 */
import { cutWithoutSecrets } from '../governance/guard/secrets.js';
import { pause, type Wait } from './retry.js';
import type { ToolCall } from './chat-answer.js';
import { chatClient, type ChatClient } from './chat-client.js';
import { CUT, HOW_TO_CALL, promptWasCut, reminder } from './chat-replies.js';
import { chatFunctions, prepareCall } from './chat-tools.js';
import { conversation, type Conversation, transcript, type Transcript } from './conversation.js';
import { overBudget } from './model-tier.js';
import { lastBytes, printable } from './output-tail.js';
import { readReport } from './parse-report.js';
import { promptCut } from './prompt-cut.js';
import { fenceFor } from './quote-data.js';
import { runClock, type Failed, type RunClock } from './run-clock.js';
import { repetition, SAME_IN_A_ROW, SAME_RESULT, type Repetition } from './repetition.js';
import { withTextCalls } from './text-calls.js';
import { addUsage, NO_USAGE, type RunInput, type Runner, type RunOutcome } from './types.js';

export type ChatRunnerOptions = {
  /** The environment with the API key. */
  readonly host: Readonly<Record<string, string | undefined>>;
  readonly wait?: Wait;
  readonly random?: () => number;
  /** Milliseconds of any steady clock. */
  readonly now?: () => number;
  readonly limits?: Partial<ChatLimits>;
};

export type ChatLimits = {
  readonly maxTurns: number;
  readonly maxCallsPerTurn: number;
  /** Including the first. */
  readonly maxAttempts: number;
  readonly requestMs: number;
  /** How long one `run` call may take. */
  readonly toolMs: number;
  /** Characters of one tool result that the model sees. */
  readonly maxResult: number;
  readonly maxAnswerBytes: number;
};

const DEFAULTS: ChatLimits = {
  maxTurns: 60,
  maxCallsPerTurn: 16,
  maxAttempts: 5,
  requestMs: 300_000,
  toolMs: 600_000,
  maxResult: 24_000,
  maxAnswerBytes: 32 * 1024 * 1024,
};

export function chatRunner(options: ChatRunnerOptions): Runner {
  const { host, now = () => performance.now() } = options;
  return {
    name: 'chat',
    async run(input) {
      const { on } = input;
      const record = transcript();
      const key = keyOf(input, host);
      if ('failure' in key) return outcomeOf(input, record, key);
      const limits = { ...DEFAULTS, ...options.limits };
      const clock = runClock(input, { now, wait: pause });
      const client = await clientOf(input, { ...options, limits, clock, apiKey: key.apiKey });
      on({ kind: 'started' });
      const failed = await converse({
        input,
        limits,
        client,
        clock,
        record,
        talk: conversation(input.prompt),
        circles: repetition(),
      });
      return outcomeOf(input, record, failed);
    },
  };
}

/** Empty if the endpoint needs none. */
function keyOf(
  { spec }: RunInput,
  host: ChatRunnerOptions['host'],
): Failed | { readonly apiKey: string } {
  if (!isWebAddress(spec.endpoint))
    return {
      failure: 'not-found',
      detail: `The endpoint \`${spec.endpoint}\` of runner \`${spec.name}\` is not a web address (http or https).`,
    };
  if (spec.apiKeyEnv === '') return { apiKey: '' };
  const apiKey = (host[spec.apiKeyEnv] ?? '').trim();
  return apiKey === ''
    ? {
        failure: 'auth-required',
        detail: `The environment variable \`${spec.apiKeyEnv}\`, which should hold the key of runner \`${spec.name}\`, is not set.`,
      }
    : { apiKey };
}

function clientOf(
  { spec, signal, on, model, tools: { list } }: RunInput,
  settings: Pick<ChatRunnerOptions, 'wait' | 'random'> & {
    readonly limits: ChatLimits;
    readonly clock: RunClock;
    readonly apiKey: string;
  },
): Promise<ChatClient> {
  const { limits, clock, apiKey, wait = pause, random = Math.random } = settings;
  const { requestMs, maxAttempts, maxAnswerBytes } = limits;
  const bounds = { requestMs, maxAttempts, maxAnswerBytes, tools: chatFunctions(list) };
  const { endpoint } = spec;
  return chatClient({ endpoint, apiKey, model, signal, on, wait, random, clock, ...bounds });
}

function outcomeOf(
  { model }: RunInput,
  record: Transcript,
  failed: Failed | undefined,
): RunOutcome {
  const { report, found } = readReport(record.reported || record.last);
  const common = { usage: record.usage, report, tail: record.tail, model: record.model ?? model };
  if (failed !== undefined)
    return { kind: 'failed', failure: failed.failure, detail: failed.detail, ...common };
  const detail = `The model finished after ${record.answers} answers.${found ? '' : ' It gave no report.'}`;
  return { kind: 'finished', detail, ...common };
}

type Session = {
  readonly input: RunInput;
  readonly limits: ChatLimits;
  readonly client: ChatClient;
  readonly clock: RunClock;
  readonly record: Transcript;
  readonly talk: Conversation;
  readonly circles: Repetition;
};

/** Asks, makes the calls, asks again. @returns why it failed; `undefined` if the model finished. */
async function converse(session: Session): Promise<Failed | undefined> {
  const { input, limits, client, clock, record, talk } = session;
  const { budget } = input.brief;
  const cut = promptCut();
  let reminded = false;
  for (let turn = 1; turn <= limits.maxTurns; turn++) {
    const messages = talk.messages(conversationLimit(budget.contextBudget));
    const ahead = overBudget(
      addUsage(record.spent, { ...NO_USAGE, tokensIn: talk.tokens }),
      budget,
    );
    if (ahead !== undefined)
      return {
        failure: 'over-budget',
        detail: `The next request would go over the budget: ${ahead.detail}`,
      };
    const exchange = await client.ask(messages, turn);
    if (exchange.kind === 'failed') return exchange;
    const { answer, unclear } = withTextCalls(exchange.answer, input.tools, turn);
    clock.beat();
    record.hear(answer, talk.tokens);
    input.on({ kind: 'heartbeat' });
    if (answer.content !== '')
      input.on({
        kind: 'output',
        bytes: record.bytes,
        tail: lastBytes(printable(answer.content), 1024),
      });
    if (answer.refusal !== undefined)
      return {
        failure: 'refused',
        detail: `The model refused: ${cutWithoutSecrets(printable(answer.refusal), 300)}`,
      };
    const limit = cut.heard(answer.usage.tokensIn, talk.tokens);
    if (limit !== undefined) return promptWasCut(limit, talk.tokens);
    talk.answered(answer);

    if (answer.calls.length === 0) {
      if (record.reported !== '' && record.reported !== answer.content) return undefined;
      const wrong = unclear ? HOW_TO_CALL : reminder(answer.content);
      const reminderText = reminded ? undefined : wrong;
      const next = answer.cut ? CUT : reminderText;
      if (next === undefined) return undefined;
      reminded ||= !answer.cut;
      talk.say(next);
    }
    const stopped = await makeCalls(session, answer.calls, limits.maxTurns - turn);
    if (stopped !== undefined) return stopped;
    const over = overBudget(record.spent, budget);
    if (over !== undefined) return { failure: 'over-budget', detail: over.detail };
  }
  return {
    failure: 'over-budget',
    detail: `The model did not finish within ${limits.maxTurns} turns.`,
  };
}

async function makeCalls(
  session: Session,
  calls: readonly ToolCall[],
  turnsLeft: number,
): Promise<Failed | undefined> {
  const { input, limits, clock, talk, circles } = session;
  for (const [i, call] of calls.entries()) {
    if (i >= limits.maxCallsPerTurn) {
      talk.result(
        call.id,
        `Not called: at most ${limits.maxCallsPerTurn} calls are made per answer. Ask again for what you still need.`,
      );
      continue;
    }
    const times = circles.asked(call.name, call.argumentsText);
    if (times >= SAME_IN_A_ROW)
      return {
        failure: 'stuck',
        detail: `The model asked for the same \`${call.name}\` ${times} times in a row.`,
      };
    const prepared = prepareCall(input.tools, call.name, call.argumentsText);
    if (prepared.kind === 'wrong') {
      input.on({
        kind: 'tool',
        name: cutWithoutSecrets(call.name, 40),
        verdict: 'deny',
        detail: cutWithoutSecrets(prepared.text, 200),
      });
      talk.result(call.id, prepared.text);
      continue;
    }
    const made = await clock.during(call.name, limits.toolMs, prepared.make());
    if (made.kind === 'failed') return made;
    const { result } = made;
    input.on({
      kind: 'tool',
      name: prepared.name,
      verdict: result.ok ? 'allow' : 'deny',
      detail: cutWithoutSecrets(prepared.about, 200),
    });
    if (circles.answered(call.name, call.argumentsText, result) >= SAME_RESULT)
      return {
        failure: 'stuck',
        detail: `The model made the same \`${call.name}\` ${SAME_RESULT} times with the same result and wrote nothing new in between.`,
      };
    const warning =
      times === SAME_IN_A_ROW - 1
        ? '\n(You made this very call three times in a row. A fourth ends the pass.)'
        : '';
    const last = turnsLeft === 2 && i === 0 ? '\n(Two answers are left: finish and report.)' : '';
    talk.result(
      call.id,
      `${quoteResult(prepared.name, prepared.about, result, limits.maxResult)}${warning}${last}`,
    );
  }
  return undefined;
}

/** Output of files and programs is fenced; the guard's own words are not. */
function quoteResult(
  name: string,
  about: string,
  { ok, text }: { readonly ok: boolean; readonly text: string },
  maxResult: number,
): string {
  const cut = text.length > maxResult ? `${text.slice(0, maxResult)}\n` : text;
  const note =
    text.length > maxResult
      ? `(The first ${maxResult} of ${text.length} characters; ask for a narrower part.)`
      : '';
  if (!ok || name === 'write' || name === 'edit') return `${cut}${note}`;
  const fence = fenceFor(cut);
  return `Result of ${name} ${JSON.stringify(about.slice(0, 200))}, quoted:\n${fence}\n${cut}${cut.endsWith('\n') ? '' : '\n'}${fence}\n${note}`;
}

/** The prompt and as much again for tool results, at least 32,000 tokens. */
function conversationLimit(contextBudget: number): number {
  return contextBudget + Math.max(contextBudget, 32_000);
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
