/** Asks one node for its turn, until it has said something or the time of the turn is over. */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../../kernel/error.js';
import { CallError, type CallOutcome } from '../calls/call.js';
import type { Calls } from '../calls/calls.js';
import type { LiveNode } from '../node/live-node.js';
import type { JudgeServing } from '../review/peer-judge.js';
import { MeshRefusal } from '../wire/refusal.js';
import { fetchSent, sendTo } from '../work/sent-objects.js';
import type { TurnAnswer } from './drive.js';
import { takeTurn, TURN_ANSWER, type TurnBody } from './turn-calls.js';

/** A node that works on a turn sends a heartbeat every two seconds. */
const IDLE_MS = 10_000;
const AGAIN_MS = 1_000;

export type AskedTurn = {
  readonly to: string;
  readonly body: TurnBody;
  /** Of its sections. */
  readonly texts: readonly string[];
  /** The same turn has the same key, so that it is taken once, also after a restart. */
  readonly key: string;
  readonly turnMs: number;
};
type TimedTurn = Pick<AskedTurn, 'body' | 'key'> & {
  readonly totalMs: number;
  readonly signal: AbortSignal;
};

export class TurnAsker {
  readonly #calls: Calls;
  readonly #serving: JudgeServing;

  constructor(calls: Calls, serving: JudgeServing) {
    this.#calls = calls;
    this.#serving = serving;
  }

  /** An answer may be lost with the connection, and a node may start again: it is asked again. */
  async ask(node: LiveNode, asked: AskedTurn, signal: AbortSignal): Promise<TurnAnswer> {
    const { to, body, turnMs } = asked;
    const end = performance.now() + turnMs;
    const turn = { body, key: asked.key.replaceAll(/[^\w-]/g, '_').slice(0, 80), signal };
    for (let left = turnMs; ; left = end - performance.now()) {
      const deadlines = { idleMs: Math.min(IDLE_MS, left), totalMs: left };
      const ask = (): Promise<CallOutcome> =>
        to === node.node
          ? this.#takeOwn(node, { ...turn, totalMs: left })
          : this.#calls.ask(to, { kind: 'turn', ...turn, ...deadlines });
      const unsent = await unsentTo(node, to, asked.texts);
      const answer = unsent ?? (await answerOf(node, await ask()));
      if (typeof answer !== 'string') return answer;
      const hasLeft = node.heard().get(to)?.announcement.leaves === true;
      if (hasLeft || signal.aborted || end - performance.now() < AGAIN_MS)
        return { kind: 'silent', why: answer };
      await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** This node's own turn needs no call. */
  async #takeOwn(node: LiveNode, turn: TimedTurn): Promise<CallOutcome> {
    const { body, key, totalMs, signal } = turn;
    const named = { node: node.node, call: key };
    const ending = AbortSignal.any([signal, AbortSignal.timeout(totalMs)]);
    const from = node.node;
    const taken = { node, from, key, body, totalMs, signal: ending, emit: () => undefined };
    try {
      const value = await takeTurn(this.#serving, taken);
      return { kind: 'answered', value, missing: [], ...named };
    } catch (error) {
      const code = error instanceof CallError ? error.code : 'failed';
      return { kind: 'failed', code, why: messageOf(error), ...named };
    }
  }
}

/** Why it cannot be asked yet. */
async function unsentTo(
  node: LiveNode,
  to: string,
  texts: readonly string[],
): Promise<string | undefined> {
  try {
    for (const text of texts) await sendTo(node, to, text);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** What it said, or that it says nothing. A text: why neither is known yet. */
async function answerOf(node: LiveNode, outcome: CallOutcome): Promise<TurnAnswer | string> {
  // What was cancelled was so by this node before it started again.
  if (outcome.kind === 'unknown' || outcome.kind === 'cancelled') return outcome.why;
  if (outcome.kind !== 'answered') {
    // After a start, the others are heard a moment later.
    const isHeard = outcome.node === node.node || node.heard().has(outcome.node);
    return isHeard ? { kind: 'silent', why: outcome.why } : outcome.why;
  }
  const read = TURN_ANSWER.safeParse(outcome.value);
  if (!read.success) return { kind: 'silent', why: 'what it answered is not a turn' };
  const { sha256, tokensIn, tokensOut, cost } = read.data;
  try {
    const text = await fetchSent(node, sha256);
    if (text === undefined) return 'the server does not have what it said';
    return { kind: 'said', text, usage: { tokensIn, tokensOut, cost } };
  } catch (error) {
    if (error instanceof MeshRefusal) return { kind: 'silent', why: error.message };
    return messageOf(error);
  }
}
