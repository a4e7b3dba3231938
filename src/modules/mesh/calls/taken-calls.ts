/** The calls that this node carries out for others: each at most once, within its deadline. */
import { sha256 } from '../../../kernel/hash.js';
import { messageOf, NocturneError } from '../../../kernel/error.js';
import type { LiveNode } from '../node/live-node.js';
import type { Message } from '../wire/envelope.js';
import {
  CallError,
  type CallAnswer,
  type CallCode,
  type CallKind,
  type CallRequest,
  isCallId,
  membersOf,
  readRequest,
} from './call.js';
import type { CallLog } from './call-log.js';
import { Parcels, partsOf } from './parcels.js';
import { readReceipt, writeReceipt } from './receipts.js';

export type Taken = {
  readonly node: LiveNode;
  readonly from: string;
  readonly key: string;
  readonly body: unknown;
  readonly totalMs: number;
  /** Aborts when it is cancelled, or too late. */
  readonly signal: AbortSignal;
  /** Sends the next chunk; a text is at most as long as `PART_LENGTH`. */
  readonly emit: (data: unknown) => void;
};
export type CallHandler = {
  /** Why that node may not; nothing if it may. */
  readonly refusal: (taken: Pick<Taken, 'node' | 'from' | 'body'>) => string | undefined;
  /** @throws CallError, or NocturneError as a tool does. */
  readonly carryOut: (taken: Taken) => Promise<unknown>;
  /** Safe to do again: no receipt is kept. */
  readonly isRepeatable?: true;
  /** It goes on where it was after a restart. */
  readonly resumes?: true;
  /** It changes nothing here: a key that was cancelled, or was too late, may be asked again. */
  readonly onlySays?: true;
};
export type CallHandlers = Readonly<Partial<Record<CallKind, CallHandler>>>;

/** Of one node at once. */
const MOST_RUNNING = 32;
const ALIVE_MS = 2_000;
/** How work ends that was not finished. */
const LEFT: readonly CallCode[] = ['unknown', 'cancelled', 'too-late'];

type Running = { readonly ending: AbortController; readonly done: Promise<void> };

export class TakenCalls {
  readonly #node: LiveNode;
  readonly #handlers: CallHandlers;
  readonly #log: CallLog;
  readonly #requests = new Parcels();
  readonly #running = new Map<string, Running>();
  /** By node and key: what is being done is not begun again. */
  readonly #doing = new Map<string, Promise<CallAnswer>>();

  constructor(node: LiveNode, handlers: CallHandlers, log: CallLog) {
    this.#node = node;
    this.#handlers = handlers;
    this.#log = log;
  }

  take({ from, payload }: Message): void {
    const { call } = membersOf(payload);
    if (!isCallId(call)) throw new CallError('malformed', `a call of ${from} without an id`);
    const name = `${from} ${call}`;
    if (this.#running.has(name)) return;
    try {
      const parcel = this.#requests.take(from, payload);
      if (parcel === undefined) return;
      if (this.#ofNode(from) >= MOST_RUNNING)
        throw new CallError('busy', `${MOST_RUNNING} calls of ${from} are running`);
      this.#start(from, call, parcel.text);
    } catch (error) {
      this.#requests.drop(from, call);
      this.#refuse(from, call, error);
    }
  }

  cancel({ from, payload }: Message): void {
    const { call } = membersOf(payload);
    const running = this.#running.get(`${from} ${String(call)}`);
    running?.ending.abort(new CallError('cancelled', `${from} has cancelled it`));
  }

  async end(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { ending } of running) ending.abort(new CallError('unknown', 'this node ends'));
    await Promise.all(running.map(({ done }) => done));
  }

  #ofNode(from: string): number {
    return [...this.#running.keys()].filter((name) => name.startsWith(`${from} `)).length;
  }

  #start(from: string, call: string, text: string): void {
    const request = readRequest(text);
    const { kind, key, body, totalMs } = request;
    const handler = this.#handlers[kind];
    if (handler === undefined) throw new CallError('not-allowed', `no calls of kind ${kind}`);
    const refusal = handler.refusal({ node: this.#node, from, body });
    if (refusal !== undefined) throw new CallError('not-allowed', refusal);
    const ending = new AbortController();
    const late = setTimeout(
      () => ending.abort(new CallError('too-late', `it did not end within ${totalMs} ms`)),
      totalMs,
    );
    const alive = setInterval(() => this.#send('chunk', from, { call }), ALIVE_MS);
    let chunks = 0;
    const emit = (data: unknown): void => this.#send('chunk', from, { call, seq: ++chunks, data });
    const taken = { node: this.#node, from, key, body, totalMs, signal: ending.signal, emit };
    const done = this.#answerOf(handler, { request, taken, call })
      .then((answer) => this.#answer(from, call, { ...answer, chunks }))
      .finally(() => {
        clearTimeout(late);
        clearInterval(alive);
        this.#running.delete(`${from} ${call}`);
      });
    this.#running.set(`${from} ${call}`, { ending, done });
  }

  async #answerOf(
    handler: CallHandler,
    work: {
      readonly request: CallRequest;
      readonly taken: Taken;
      readonly call: string;
    },
  ): Promise<CallAnswer> {
    const { request, taken, call } = work;
    const { from, key } = taken;
    if (handler.isRepeatable === true) return this.#carryOut(handler, taken);
    const digest = sha256(JSON.stringify([request.kind, request.body]));
    const { state, clock } = this.#node.workspace;
    const receipt = readReceipt(state, from, key);
    if (receipt !== undefined && receipt.digest !== digest)
      return refused('key-reused', `the key ${key} was used for another call`);
    if (receipt?.answer !== undefined) return receipt.answer;
    const name = `${from} ${key}`;
    const doing = this.#doing.get(name);
    if (doing !== undefined) return doing;
    if (receipt !== undefined && handler.resumes !== true)
      return refused('unknown', 'it was begun before this node started again');
    const why = `${request.kind} ${key}`;
    this.#log.write({ event: 'call-taken', node: from, call, hash: digest, why });
    const at = clock.now().getTime();
    writeReceipt(state, from, { key, digest, at });
    const begun = this.#carryOut(handler, taken).then((answer) => {
      // What this node did not finish because it ends is begun, and not answered.
      const left = handler.onlySays === true ? LEFT : LEFT.slice(0, 1);
      if (answer.ok || !left.includes(answer.code))
        writeReceipt(state, from, { key, digest, at, answer });
      this.#log.write({
        event: 'call-done',
        node: from,
        call,
        ...(answer.ok ? {} : { why: `${answer.code}: ${answer.why}` }),
      });
      return answer;
    });
    this.#doing.set(name, begun);
    try {
      return await begun;
    } finally {
      this.#doing.delete(name);
    }
  }

  async #carryOut(handler: CallHandler, taken: Taken): Promise<CallAnswer> {
    try {
      return { ok: true, value: await handler.carryOut(taken), chunks: 0 };
    } catch (error) {
      const { reason } = taken.signal;
      const isKnown = error instanceof CallError || error instanceof NocturneError;
      if (!isKnown && !taken.signal.aborted)
        this.#node.say(`a call from ${taken.from} failed: ${messageOf(error)}`);
      return failure(taken.signal.aborted && reason instanceof CallError ? reason : error);
    }
  }

  #answer(from: string, call: string, answer: CallAnswer): void {
    try {
      for (const part of partsOf(call, JSON.stringify(answer))) this.#send('answer', from, part);
    } catch (error) {
      const { code, why } = failure(error);
      const short = { ok: false, code, why, chunks: answer.chunks };
      for (const part of partsOf(call, JSON.stringify(short))) this.#send('answer', from, part);
    }
  }

  #refuse(from: string, call: string, error: unknown): void {
    const answer = failure(error);
    this.#log.refused({
      event: 'call-refused',
      node: from,
      call,
      why: `${answer.code}: ${answer.why}`,
    });
    this.#answer(from, call, answer);
  }

  /** To a node that is gone, nothing is sent. */
  #send(kind: 'chunk' | 'answer', to: string, payload: unknown): void {
    try {
      this.#node.send(kind, to, payload);
    } catch (error) {
      this.#node.say(`nothing was sent to ${to}: ${messageOf(error)}`);
    }
  }
}

type Failure = Extract<CallAnswer, { readonly ok: false }>;

function refused(code: Failure['code'], why: string): Failure {
  return { ok: false, code, why, chunks: 0 };
}

/** What else is thrown is our own fault, and says nothing about this machine. */
function failure(error: unknown): Failure {
  if (error instanceof CallError) return refused(error.code, error.message);
  if (error instanceof NocturneError)
    return refused(error.code === 'REFUSED' ? 'refused' : 'failed', error.message);
  return refused('failed', 'it failed; the log of that node says why');
}
