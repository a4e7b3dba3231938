/**
 * Circles as a part of the mesh: each that is begun is driven until it is over or its owner has to
 * answer, also after a restart. Everything that it knows is on the disk.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../../kernel/error.js';
import type { LiveNode } from '../node/live-node.js';
import type { Part } from '../node/mesh-service.js';
import { nodeState } from '../node/node-state.js';
import { keepTextIn, textIn } from '../text-folder.js';
import type { AskedTurn, TurnAsker } from './ask-turn.js';
import { awaited, type Circle } from './circle.js';
import { tellOwner, writeResult } from './circle-page.js';
import { type CircleWorld, driveCircle, type TurnRequest } from './drive.js';
import { appendEvent, circlesDirectory, circleSessions, readCircle } from './event-list.js';

const LOOK_MS = 1_000;
export class CirclePart implements Part {
  readonly #asker: TurnAsker;
  readonly #driven = new Map<string, Promise<void>>();
  /** Over, or cannot be read: looked at once. */
  readonly #done = new Set<string>();

  constructor(asker: TurnAsker) {
    this.#asker = asker;
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
    const asker = this.#asker;
    const { state, clock } = node.workspace;
    return {
      circle: () => readCircle(state, session),
      append: (event) => appendEvent(state, session, { time: clock.now(), event }),
      ask(request) {
        const texts = request.sections.flatMap(({ content = '' }) => {
          const text = textIn(circlesDirectory(state), session, content);
          return text === undefined ? [] : [text];
        });
        return asker.ask(node, { ...askedOf(request), texts }, signal);
      },
      keep: (text) => keepTextIn(circlesDirectory(state), session, text),
      spare: (circle) => spareOf(node, circle),
    };
  }
}

function askedOf(request: TurnRequest): Omit<AskedTurn, 'texts'> {
  const { session, place, role, node, attempt, sections, handsIn, remark, problem } = request;
  return {
    to: node,
    turnMs: request.turnMs,
    key: `${session}-${place}-${role}-${node}-${attempt}`,
    body: {
      ...{ session, place, role, remark, problem },
      handsIn: [...handsIn],
      sections: sections.map(({ heading, content }) => ({ heading, sha256: content ?? null })),
    },
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
