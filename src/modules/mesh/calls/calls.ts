/** The calls of a live node: those that it asks, and those that it carries out for others. */
import { randomUUID } from 'node:crypto';
import { sha256 } from '../../../kernel/hash.js';
import { aborted } from '../../../kernel/aborted.js';
import { messageOf } from '../../../kernel/error.js';
import type { LiveNode } from '../node/live-node.js';
import type { Part as MeshPart } from '../node/mesh-service.js';
import type { Message } from '../wire/envelope.js';
import { MeshRefusal } from '../wire/refusal.js';
import { AskedCall, type Deadlines } from './asked-call.js';
import {
  CallError,
  type CallKind,
  type CallOutcome,
  isCallId,
  membersOf,
  readAnswer,
} from './call.js';
import { pruneAsks } from './ask-store.js';
import { CallLog } from './call-log.js';
import { Parcels, partsOf } from './parcels.js';
import { pruneReceipts } from './receipts.js';
import { routeTo, type Route, type Routing } from './route.js';
import { type CallHandlers, TakenCalls } from './taken-calls.js';

export type Asking = Deadlines & {
  readonly kind: CallKind;
  readonly body: unknown;
  /** Default: one that was never used. */
  readonly key?: string;
  readonly onChunk?: (data: unknown) => void;
  readonly signal?: AbortSignal;
};

/** Calls that are over here; what still comes of them is late. */
const MOST_OVER = 2_000;

export class Calls implements MeshPart {
  readonly #handlers: CallHandlers;
  readonly #asked = new Map<string, AskedCall>();
  readonly #over = new Map<string, string>();
  readonly #answers = new Parcels();
  #node: LiveNode | undefined;
  #taken: TakenCalls | undefined;
  #log: CallLog | undefined;

  constructor(handlers: CallHandlers) {
    this.#handlers = handlers;
  }

  begin(node: LiveNode): void {
    const log = new CallLog(node.workspace, node.say);
    const taken = new TakenCalls(node, this.#handlers, log);
    [this.#node, this.#log, this.#taken] = [node, log, taken];
    const { state, clock } = node.workspace;
    pruneReceipts(state, clock.now().getTime());
    pruneAsks(state, clock.now().getTime());
    node.onRefused((sender, error) => {
      const why = `${codeOf(error)}: ${messageOf(error)}`;
      log.refused({ event: 'message-refused', node: sender, call: '', why });
    });
    node.on('call', (message) => taken.take(message));
    node.on('cancel', (message) => taken.cancel(message));
    node.on('chunk', (message) => this.#chunk(message));
    node.on('answer', (message) => this.#answer(message));
  }

  async run(_node: LiveNode, signal: AbortSignal): Promise<void> {
    await aborted(signal);
    for (const call of this.#asked.values()) call.giveUp('unknown', 'this node ends');
    await this.#taken?.end();
  }

  route(target: string, more: Pick<Routing, 'model'> = {}): Route {
    const node = this.#live();
    return routeTo(target, {
      self: node.node,
      roster: node.roster,
      settings: node.settings(),
      heard: node.heard(),
      now: node.workspace.clock.now().getTime(),
      ours: (id) => [...this.#asked.values()].filter((call) => call.node === id).length,
      ...more,
    });
  }

  /** Asks one node after the other until one does not refuse. Never twice what may be done. */
  async askFirst(nodes: readonly string[], asking: Asking): Promise<CallOutcome> {
    let last: CallOutcome | undefined;
    for (const node of nodes) {
      last = await this.ask(node, asking);
      if (last.kind !== 'refused' || last.code === 'cancelled') return last;
    }
    if (last === undefined) throw new CallError('not-found', 'there is nobody to ask');
    return last;
  }

  async ask(to: string, asking: Asking): Promise<CallOutcome> {
    const { kind, body, key = randomUUID(), idleMs, totalMs, signal } = asking;
    const node = this.#live();
    const call = randomUUID();
    const text = JSON.stringify({ kind, key, totalMs, body });
    const asked = new AskedCall({
      ...{ call, node: to, idleMs, totalMs },
      onChunk: asking.onChunk ?? (() => undefined),
      sessionNow: () => node.heard().get(to)?.announcement.session,
      tellOther: (why) => this.#send('cancel', to, { call, why }),
    });
    this.#asked.set(call, asked);
    const giveUp = (): void => asked.giveUp('cancelled', 'the caller gave up');
    if (kind !== 'model')
      this.#log?.write({ event: 'call-sent', node: to, call, hash: sha256(text), why: kind });
    try {
      for (const part of partsOf(call, text)) node.send('call', to, part);
      if (signal?.aborted === true) giveUp();
      signal?.addEventListener('abort', giveUp, { once: true });
      const outcome = await asked.outcome;
      if (kind !== 'model') this.#logOutcome(outcome);
      return outcome;
    } catch (error) {
      const code = error instanceof CallError ? error.code : 'not-found';
      asked.giveUp(code, messageOf(error));
      return await asked.outcome;
    } finally {
      signal?.removeEventListener('abort', giveUp);
      this.#asked.delete(call);
      this.#answers.drop(to, call);
      this.#over.set(call, to);
      for (const old of this.#over.keys()) {
        if (this.#over.size <= MOST_OVER) break;
        this.#over.delete(old);
      }
    }
  }

  #logOutcome(outcome: CallOutcome): void {
    const { node, call, kind } = outcome;
    if (kind === 'answered') this.#log?.write({ event: 'call-answered', node, call });
    else {
      const why = `${outcome.code}: ${outcome.why}`;
      this.#log?.write({ event: 'call-not-answered', node, call, why });
    }
  }

  #chunk({ from, payload }: Message): void {
    const { call, seq, data } = membersOf(payload);
    const asked = this.#asked.get(String(call));
    if (asked?.node === from) asked.chunk(typeof seq === 'number' ? seq : undefined, data);
  }

  /** Only of the node that was asked; what comes too late is on record, and changes nothing. */
  #answer({ from, payload }: Message): void {
    const { call } = membersOf(payload);
    if (!isCallId(call)) throw new CallError('malformed', `an answer of ${from} to no call`);
    const asked = this.#asked.get(call);
    if (asked !== undefined && asked.node !== from) return this.#strange(from, call);
    const parcel = this.#answers.take(from, payload);
    if (parcel === undefined) return;
    if (asked !== undefined) return asked.answer(readAnswer(parcel.text));
    if (this.#over.get(call) !== from) return this.#strange(from, call);
    this.#over.delete(call);
    this.#log?.write({ event: 'call-late', node: from, call, hash: sha256(parcel.text) });
  }

  #strange(from: string, call: string): void {
    const why = 'not-asked: an answer to no call of ours';
    this.#log?.refused({ event: 'message-refused', node: from, call, why });
  }

  #send(kind: 'cancel', to: string, payload: unknown): void {
    try {
      this.#live().send(kind, to, payload);
    } catch (error) {
      if (!(error instanceof MeshRefusal)) throw error;
    }
  }

  #live(): LiveNode {
    if (this.#node === undefined) throw new CallError('not-found', 'this node is not connected');
    return this.#node;
  }
}

function codeOf(error: unknown): string {
  return error instanceof MeshRefusal || error instanceof CallError ? error.code : 'failed';
}
