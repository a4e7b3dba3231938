/** Writes what this node knows of the others, for commands and pages that have no connection. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Workspace } from '../../../workspace/types.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import type { LiveNode } from './live-node.js';
import type { Part } from './mesh-service.js';
import { nodeState } from './node-state.js';
import { type Seen, SEEN_EVERY_MS, type SeenNode, STATES_FILE, writeSeen } from './seen.js';

/** How late a state that changed may be written. */
const LOOK_MS = 500;

export function seenPart(workspace: Workspace): Part {
  return {
    begin: () => undefined,
    async run(node, signal) {
      const start = workspace.clock.now().getTime();
      const url = node.settings()?.url ?? '';
      let last: { readonly text: string; readonly at: number } | undefined;
      while (!signal.aborted) {
        const seen = seenOf(node, { workspace, start, url });
        const text = JSON.stringify({ ...seen, writtenAt: 0, nodes: factsOf(seen.nodes) });
        if (last?.text !== text || seen.writtenAt - last.at >= SEEN_EVERY_MS) {
          writeSeen(workspace.state, seen);
          last = { text, at: seen.writtenAt };
          writeStates(workspace.state, seen);
        }
        await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

function seenOf(
  node: LiveNode,
  {
    workspace: { clock },
    start,
    url,
  }: { readonly workspace: Workspace; readonly start: number; readonly url: string },
): Seen {
  const hears = node.hearsSince();
  const { info } = node.connection;
  return {
    schema: 1,
    node: node.node,
    url,
    writtenAt: clock.now().getTime(),
    connection: hears === undefined ? 'deaf' : 'connected',
    since: hears ?? start,
    ...(info === undefined ? {} : { server: `nats-server ${info.version}` }),
    nodes: [...node.heardAtAll()].map(([id, { announcement, heardAt }]): SeenNode => {
      const { node: _node, seq: _seq, time: _time, ...rest } = announcement;
      return { ...rest, id, heardAt };
    }),
  };
}

/** When it was heard changes always, and is written with the rest now and then. */
function factsOf(nodes: readonly SeenNode[]): unknown {
  return nodes.map((node) => ({ ...node, heardAt: 0 }));
}

function writeStates(state: string, { connection, nodes, writtenAt }: Seen): void {
  const path = join(state, STATES_FILE);
  const states = {
    connection,
    nodes: Object.fromEntries(
      nodes.map(({ id, heardAt, leaves, running, tags }) => [
        id,
        {
          state: nodeState({
            ageMs: writtenAt - heardAt,
            leaves: leaves === true,
            isConnected: connection === 'connected',
          }),
          running: running.length,
          tags,
        },
      ]),
    ),
  };
  if (JSON.stringify(readJson(path)) !== JSON.stringify(states)) writeJsonDurably(path, states);
}
