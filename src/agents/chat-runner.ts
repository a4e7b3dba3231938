/**
 * The runner of kind `chat`: a model behind an OpenAI-compatible endpoint works with guarded tools.
 */
import { cutWithoutSecrets } from '../governance/guard/secrets.js';
import { defined } from '../kernel/defined.js';
import { pause, type Wait } from './retry.js';
import { type ChatLimits, type ChatSession, goOn, makeCalls } from './chat-calls.js';
import { chatClient, type ChatClient } from './chat-client.js';
import { CUT, HOW_TO_CALL, NEAR_LIMIT, promptWasCut, reminder } from './chat-replies.js';
import { chatFunctions } from './chat-tools.js';
import { conversation, transcript, type Transcript } from './conversation.js';
import { overBudget } from './model-tier.js';
import { lastBytes, printable } from './output-tail.js';
import { readReport } from './parse-report.js';
import { promptCut } from './prompt-cut.js';
import { limitOfTier } from './reached-limit.js';
import { runClock, type Failed, type RunClock } from './run-clock.js';
import { patienceMinutes, standstill, type Standstill } from './standstill.js';
import { withTextCalls } from './text-calls.js';
import {
  addUsage,
  type Budget,
  NO_USAGE,
  NOTHING_USED,
  type RunInput,
  type Runner,
  type RunOutcome,
  type Usage,
} from './types.js';

export type ChatRunnerOptions = {
  /** The environment with the API key. */
  readonly host: Readonly<Record<string, string | undefined>>;
  readonly wait?: Wait;
  readonly random?: () => number;
  /** Milliseconds of any steady clock. */
  readonly now?: () => number;
  readonly limits?: Partial<ChatLimits>;
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
      isUnsent: true,
      detail: `The endpoint \`${spec.endpoint}\` of runner \`${spec.name}\` is not a web address (http or https).`,
    };
  if (spec.apiKeyEnv === '') return { apiKey: '' };
  const apiKey = (host[spec.apiKeyEnv] ?? '').trim();
  return apiKey === ''
    ? {
        failure: 'auth-required',
        isUnsent: true,
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
  const usedNothing = record.answers === 0 && failed?.isUnsent === true;
  const usage = usedNothing ? NOTHING_USED : record.usage;
  const answer = wants === 'answer' ? printable(record.last) : undefined;
  const said = { tail: record.tail, ...defined({ answer }) };
  const common = { usage, report, ...said, model: record.model ?? model };
  if (failed !== undefined) {
    const { failure, detail, limit, circled } = failed;
    return { kind: 'failed', failure, detail, ...common, ...defined({ limit, circled }) };
  }
  const detail = `The model finished after ${record.answers} answers.${found || wants === 'answer' ? '' : ' It gave no report.'}`;
  return { kind: 'finished', detail, ...common };
}

function watchOf({ brief }: RunInput, record: Transcript, now: () => number): Standstill {
  const { patience, maxTokens } = brief.budget;
  const minutes = patienceMinutes(brief.budget);
  const tokens = (): number => (record.spent.tokensIn ?? 0) + (record.spent.tokensOut ?? 0);
  return standstill({ calls: patience.calls, minutes, maxTokens }, { tokens, now });
}

/** Asks, makes the calls, asks again. @returns why it failed; `undefined` if the model finished. */
async function converse(session: ChatSession): Promise<Failed | undefined> {
  const { input, limits, client, clock, record, talk } = session;
  const { budget } = input.brief;
  const cut = promptCut();
  const word = wordNearLimit(budget);
  // Ids of calls that a server gave none are made of the number of the answer.
  const before = answersKept(input);
  let reminded = false;
  const interrupted = await goOn(session);
  if (interrupted !== undefined) return interrupted;
  for (let turn = 1; turn <= limits.maxTurns; turn++) {
    const messages = talk.messages(conversationLimit(budget.contextBudget));
    const ahead = limitAhead(record.spent, talk.tokens, budget);
    if (ahead !== undefined) return ahead;
    const exchange = await client.ask(messages, before + turn);
    if (exchange.kind === 'failed') return exchange;
    const { answer, unclear } = withTextCalls(exchange.answer, input.tools, before + turn);
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
    if (stuck !== undefined) return { failure: 'stuck', detail: stuck, circled: true };
    const over = overBudget(record.spent, budget);
    if (over !== undefined) return limitOfTier(over);
    // The meter says it itself.
    if (input.access === undefined && word(record.spent)) talk.say(NEAR_LIMIT);
  }
  return {
    failure: 'over-budget',
    detail: `The model did not finish within ${limits.maxTurns} turns.`,
  };
}

/** The next request, with everything it reads, has to fit as well. */
function limitAhead(spent: Usage, tokensIn: number, budget: Budget): Failed | undefined {
  const over = overBudget(addUsage(spent, { ...NO_USAGE, tokensIn }), budget);
  if (over === undefined) return undefined;
  const used = over.what === 'tokens' ? over.used - tokensIn : over.used;
  const detail = `The next request would go over the budget: ${used} of ${over.limit} ${over.what} are used.`;
  const needed = over.what === 'tokens' ? tokensIn : undefined;
  return limitOfTier({ ...over, used, detail }, needed);
}

const NEAR = 0.8;

/** True once, when so much of a limit is used. */
function wordNearLimit({ maxTokens, maxCost }: Budget): (spent: Usage) => boolean {
  const near = {
    maxTokens: maxTokens === undefined ? undefined : maxTokens * NEAR,
    maxCost: maxCost === undefined ? undefined : maxCost * NEAR,
  };
  let said = false;
  return (spent) => {
    if (said || overBudget(spent, near) === undefined) return false;
    said = true;
    return true;
  };
}

function answersKept({ resume }: RunInput): number {
  if (resume?.kind !== 'talk') return 0;
  return resume.entries.filter(({ kind }) => kind === 'answer').length;
}

/** Before a run is stopped, its conditions are looked at once: they may say more than its calls. */
async function stuckWhy({ input, watch }: ChatSession): Promise<string | undefined> {
  const why = watch.reason();
  if (why === undefined || (await input.hasComeNearer?.()) !== true) return why;
  watch.nearer();
  return undefined;
}

/** The prompt and as much again for tool results, at least 32,000 tokens. */
function conversationLimit(contextBudget: number): number {
  return contextBudget + Math.max(contextBudget, 32_000);
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
