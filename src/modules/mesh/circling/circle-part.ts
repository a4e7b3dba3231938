/**
 * Circles as a part of the mesh: each that is begun is driven until it is over or its owner has to
 * answer, also after a restart. Everything that it knows is on the disk.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../../kernel/error.js';
import { CallError, type CallOutcome } from '../calls/call.js';
import type { Calls } from '../calls/calls.js';
import type { LiveNode } from '../node/live-node.js';
import type { Part } from '../node/mesh-service.js';
import { nodeState } from '../node/node-state.js';
import type { JudgeServing } from '../review/peer-judge.js';
import { MeshRefusal } from '../wire/refusal.js';
import { fetchObject, sendObject } from '../work/stored-objects.js';
import { awaited, type Circle } from './circle.js';
import { tellOwner, writeResult } from './circle-page.js';
import { keepCircleText } from './circle-texts.js';
import { type CircleWorld, driveCircle, type TurnAnswer, type TurnRequest } from './drive.js';
import { appendEvent, circleSessions, readCircle } from './event-list.js';
import { takeTurn, TURN_ANSWER, type TurnBody } from './turn-calls.js';

const LOOK_MS = 1_000;
/** A node that works on a turn gives a sign of life every two seconds. */
const IDLE_MS = 10_000;
const AGAIN_MS = 1_000;

type OwnTurn = {
  readonly body: TurnBody;
  readonly key: string;
  readonly totalMs: number;
  readonly signal: AbortSignal;
};

export class CirclePart implements Part {
  readonly #calls: Calls;
  readonly #serving: JudgeServing;
  readonly #driven = new Map<string, Promise<void>>();
  /** Over, or cannot be read: looked at once. */
  readonly #done = new Set<string>();

  constructor(calls: Calls, serving: JudgeServing) {
    this.#calls = calls;
    this.#serving = serving;
  }

  begin(): void {
    this.#driven.clear();
  }

  async run(node: LiveNode, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const session of circleSessions(node.workspace.state)) this.#look(node, session, signal);
      await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
    await Promise.all(this.#driven.values());
  }

  #look(node: LiveNode, session: string, signal: AbortSignal): void {
    if (this.#driven.has(session) || this.#done.has(session)) return;
    const { workspace } = node;
    try {
      const circle = readCircle(workspace.state, session);
      if (circle.gate !== undefined) return tellOwner(workspace, circle);
      if (awaited(circle).length === 0) {
        writeResult(workspace, circle);
        this.#done.add(session);
        return;
      }
    } catch (error) {
      node.say(`circle ${session} does not go on: ${messageOf(error)}`);
      this.#done.add(session);
      return;
    }
    const driven = driveCircle(this.#world(node, session, signal), signal)
      .then(() => undefined)
      .catch((error: unknown) => node.say(`circle ${session}: ${messageOf(error)}`))
      .finally(() => this.#driven.delete(session));
    this.#driven.set(session, driven);
  }

  #world(node: LiveNode, session: string, signal: AbortSignal): CircleWorld {
    const { workspace, connection } = node;
    const { state, clock } = workspace;
    return {
      circle: () => readCircle(state, session),
      append: (event) => appendEvent(state, session, { time: clock.now(), event }),
      ask: (request) => this.#ask(node, request, signal),
      async keep(text) {
        keepCircleText(state, session, text);
        return sendObject(connection, state, text);
      },
      spare: (circle) => spareOf(node, circle),
    };
  }

  /**
   * An answer may be lost with the connection, and a node may start again: the same key is asked
   * again until the time of the turn is over, and done once.
   */
  async #ask(node: LiveNode, request: TurnRequest, signal: AbortSignal): Promise<TurnAnswer> {
    const { turnMs, node: to } = request;
    const end = performance.now() + turnMs;
    const turn = { body: bodyOf(request), key: keyOf(request), signal };
    for (let left = turnMs; ; left = end - performance.now()) {
      const deadlines = { idleMs: Math.min(IDLE_MS, left), totalMs: left };
      const outcome =
        to === node.node
          ? await this.#takeOwn(node, { ...turn, totalMs: left })
          : await this.#calls.ask(to, { kind: 'turn', ...turn, ...deadlines });
      const answer = await answerOf(node, outcome);
      if (typeof answer !== 'string') return answer;
      const hasLeft = node.heard().get(to)?.announcement.leaves === true;
      if (hasLeft || signal.aborted || end - performance.now() < AGAIN_MS)
        return { kind: 'silent', why: answer };
      await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** This node's own turn needs no call. */
  async #takeOwn(node: LiveNode, turn: OwnTurn): Promise<CallOutcome> {
    const { body, key, totalMs, signal } = turn;
    const named = { node: node.node, call: key };
    const ending = AbortSignal.any([signal, AbortSignal.timeout(totalMs)]);
    const taken = {
      node,
      from: node.node,
      key,
      body,
      totalMs,
      signal: ending,
      emit: () => undefined,
    };
    try {
      const value = await takeTurn(this.#serving, taken);
      return { kind: 'answered', value, missing: [], ...named };
    } catch (error) {
      const code = error instanceof CallError ? error.code : 'failed';
      return { kind: 'failed', code, why: messageOf(error), ...named };
    }
  }
}

/** What it said, or that it says nothing. A text: why neither is known yet. */
async function answerOf(node: LiveNode, outcome: CallOutcome): Promise<TurnAnswer | string> {
  if (outcome.kind === 'unknown') return outcome.why;
  if (outcome.kind !== 'answered') return { kind: 'silent', why: outcome.why };
  const read = TURN_ANSWER.safeParse(outcome.value);
  if (!read.success) return { kind: 'silent', why: 'what it answered is not a turn' };
  const { sha256, tokensIn, tokensOut, cost } = read.data;
  try {
    const text = await fetchObject(node.connection, node.workspace.state, sha256);
    if (text === undefined) return 'the server does not have what it said';
    return { kind: 'said', text, usage: { tokensIn, tokensOut, cost } };
  } catch (error) {
    if (error instanceof MeshRefusal) return { kind: 'silent', why: error.message };
    return messageOf(error);
  }
}

/** The same turn has the same key, so that it is taken once, also after a restart. */
function keyOf({ session, place, role, node, attempt }: TurnRequest): string {
  return `${session}-${place.replace('.', '_')}-${role}-${node}-${attempt}`.slice(0, 80);
}

function bodyOf(request: TurnRequest): TurnBody {
  const { session, place, role, sections, handsIn, remark, problem } = request;
  return {
    ...{ session, place, role, remark, problem },
    handsIn: [...handsIn],
    sections: sections.map(({ heading, content }) => ({ heading, sha256: content ?? null })),
  };
}

/** A node that is there now, that the owner knows, and that has no part in the circle. */
function spareOf(node: LiveNode, { members, out }: Circle): string | undefined {
  const now = node.workspace.clock.now().getTime();
  const known = new Set(node.settings()?.peers.map((peer) => peer.node));
  return [...node.heard()]
    .filter(([, { announcement, heardAt }]) => {
      const leaves = announcement.leaves === true;
      return nodeState({ ageMs: now - heardAt, leaves, isConnected: true }) === 'LIVE';
    })
    .map(([id]) => id)
    .filter((id) => known.has(id) && !out.includes(id) && !Object.values(members).includes(id))
    .sort()[0];
}
