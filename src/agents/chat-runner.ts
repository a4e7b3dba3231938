/**
 * The runner of kind `chat`: a model behind an OpenAI-compatible endpoint works with guarded tools.
 */
import { cutWithoutSecrets } from '../governance/guard/secrets.js';
import { pause, type Wait } from './retry.js';
import type { ToolCall } from './chat-answer.js';
import { chatClient, type ChatClient } from './chat-client.js';
import { CUT, HOW_TO_CALL, NOTHING_NEW, promptWasCut, reminder, REPEATED } from './chat-replies.js';
import { chatFunctions, prepareCall } from './chat-tools.js';
import { conversation, type Conversation, transcript, type Transcript } from './conversation.js';
import { overBudget } from './model-tier.js';
import { lastBytes, printable } from './output-tail.js';
import { readReport } from './parse-report.js';
import { promptCut } from './prompt-cut.js';
import { fenceFor } from './quote-data.js';
import { runClock, type Failed, type RunClock } from './run-clock.js';
import { patienceMinutes, SAME_IN_A_ROW, standstill, type Standstill } from './standstill.js';
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
      const talk = conversation(input);
      const watch = watchOf(input, record, now);
      const failed = await converse({ input, limits, client, clock, record, talk, watch, now });
      return outcomeOf(input, record, failed);
    },
  };
}

/** Empty if the endpoint needs none. */
function keyOf(
  { spec, access }: RunInput,
  host: ChatRunnerOptions['host'],
): Failed | { readonly apiKey: string } {
  if (access !== undefined) return { apiKey: access.token };
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
  { spec, access, signal, on, model, tools: { list } }: RunInput,
  settings: Pick<ChatRunnerOptions, 'wait' | 'random'> & {
    readonly limits: ChatLimits;
    readonly clock: RunClock;
    readonly apiKey: string;
  },
): Promise<ChatClient> {
  const { limits, clock, apiKey, wait = pause, random = Math.random } = settings;
  const { requestMs, maxAttempts, maxAnswerBytes } = limits;
  const bounds = { requestMs, maxAttempts, maxAnswerBytes, tools: chatFunctions(list) };
  const endpoint = access?.endpoint ?? spec.endpoint;
  return chatClient({ endpoint, apiKey, model, signal, on, wait, random, clock, ...bounds });
}

function outcomeOf(
  { model, wants }: RunInput,
  record: Transcript,
  failed: Failed | undefined,
): RunOutcome {
  const { report, found } = readReport(record.reported || record.last);
  const common = { usage: record.usage, report, tail: record.tail, model: record.model ?? model };
  if (failed !== undefined)
    return { kind: 'failed', failure: failed.failure, detail: failed.detail, ...common };
  const detail = `The model finished after ${record.answers} answers.${found || wants === 'answer' ? '' : ' It gave no report.'}`;
  return { kind: 'finished', detail, ...common };
}

type Session = {
  readonly input: RunInput;
  readonly limits: ChatLimits;
  readonly client: ChatClient;
  readonly clock: RunClock;
  readonly record: Transcript;
  readonly talk: Conversation;
  readonly watch: Standstill;
  readonly now: () => number;
};

function watchOf({ brief }: RunInput, record: Transcript, now: () => number): Standstill {
  const { patience, maxTokens } = brief.budget;
  const minutes = patienceMinutes(brief.budget);
  const tokens = (): number => (record.spent.tokensIn ?? 0) + (record.spent.tokensOut ?? 0);
  return standstill({ calls: patience.calls, minutes, maxTokens }, { tokens, now });
}

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
    if (input.wants === 'answer') return undefined;
    talk.answered(answer);

    if (answer.calls.length === 0) {
      if (record.reported !== '' && record.reported !== answer.content) return undefined;
      const wrong = unclear ? HOW_TO_CALL : reminder(answer.content);
      const reminderText = reminded ? undefined : wrong;
      const next = answer.cut ? CUT : reminderText;
      if (next === undefined) return undefined;
      reminded ||= !answer.cut;
      talk.say(next);
      session.watch.answered();
    }
    const stopped = await makeCalls(session, answer.calls, limits.maxTurns - turn);
    if (stopped !== undefined) return stopped;
    const stuck = await stuckWhy(session);
    if (stuck !== undefined) return { failure: 'stuck', detail: stuck };
    const over = overBudget(record.spent, budget);
    if (over !== undefined) return { failure: 'over-budget', detail: over.detail };
  }
  return {
    failure: 'over-budget',
    detail: `The model did not finish within ${limits.maxTurns} turns.`,
  };
}

/** Before a run is stopped, its conditions are looked at once: they may say more than its calls. */
async function stuckWhy({ input, watch }: Session): Promise<string | undefined> {
  const why = watch.reason();
  if (why === undefined || (await input.hasComeNearer?.()) !== true) return why;
  watch.nearer();
  return undefined;
}

async function makeCalls(
  session: Session,
  calls: readonly ToolCall[],
  turnsLeft: number,
): Promise<Failed | undefined> {
  const { input, limits, clock, talk, watch, now } = session;
  for (const [i, call] of calls.entries()) {
    if (i >= limits.maxCallsPerTurn) {
      talk.result(
        call.id,
        `Not called: at most ${limits.maxCallsPerTurn} calls are made per answer. Ask again for what you still need.`,
      );
      continue;
    }
    const times = watch.asked(call);
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
      watch.made({ ...call, ok: false, text: prepared.text }, 0);
      continue;
    }
    const began = now();
    const made = await clock.during(call.name, limits.toolMs, prepared.make());
    if (made.kind === 'failed') return made;
    const { result } = made;
    input.on({
      kind: 'tool',
      name: prepared.name,
      verdict: result.ok ? 'allow' : 'deny',
      detail: cutWithoutSecrets(prepared.about, 200),
    });
    watch.made({ ...call, ...result }, now() - began);
    const repeated = times === SAME_IN_A_ROW - 1 ? REPEATED : '';
    const warning = repeated === '' && watch.isClose() ? NOTHING_NEW : repeated;
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
