/** The calls that an answer of a chat agent asks for: made through the guard, and kept. */
import { cutWithoutSecrets } from '../governance/guard/secrets.js';
import type { ToolCall } from './chat-answer.js';
import type { ChatClient } from './chat-client.js';
import { INTERRUPTED, MASKED, NOTHING_NEW, REPEATED, SAME_RESULT } from './chat-replies.js';
import { prepareCall } from './chat-tools.js';
import type { Conversation, Transcript } from './conversation.js';
import { openCalls } from './kept-run.js';
import { fenceFor } from './quote-data.js';
import type { Failed, RunClock } from './run-clock.js';
import { SAME_IN_A_ROW, type Standstill } from './standstill.js';
import type { RunInput } from './types.js';

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

export type ChatSession = {
  readonly input: RunInput;
  readonly limits: ChatLimits;
  readonly client: ChatClient;
  readonly clock: RunClock;
  readonly record: Transcript;
  readonly talk: Conversation;
  readonly watch: Standstill;
  readonly now: () => number;
};

export async function makeCalls(
  session: ChatSession,
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
        circled: true,
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
    talk.calling(call.id);
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
    const quoted = quoteResult(prepared.name, prepared.about, result, limits.maxResult);
    const told = quoted.length > LONG_RESULT && talk.has(quoted) ? SAME_RESULT : quoted;
    talk.result(call.id, `${told}${warning}${last}`);
  }
  return undefined;
}

/** Characters of a result that is worth naming instead of repeating. */
const LONG_RESULT = 400;

/** What must not happen twice, where nobody knows whether it has happened. */
const ONCE: ReadonlySet<string> = new Set(['run', 'edit', 'notify']);

/** Calls that an earlier run was asked for and did not finish are made first, and only once. */
export async function goOn(session: ChatSession): Promise<Failed | undefined> {
  const { input, talk } = session;
  if (input.resume?.kind !== 'talk') return undefined;
  for (const call of openCalls(input.resume.entries)) {
    if (call.masked) talk.result(call.id, MASKED);
    else if (call.begun && ONCE.has(call.name)) talk.result(call.id, INTERRUPTED);
    else {
      const failed = await makeCalls(session, [call], session.limits.maxTurns);
      if (failed !== undefined) return failed;
    }
  }
  talk.say(input.prompt);
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
