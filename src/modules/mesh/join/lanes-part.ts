/** The lead makes the lane for a set of tags when a node asks: only its administrator may. */
import { messageOf } from '../../../kernel/error.js';
import type { NatsConnection } from '@nats-io/transport-node';
import { aborted } from '../../../kernel/aborted.js';
import type { LiveNode } from '../node/live-node.js';
import type { Part } from '../node/mesh-service.js';
import { createLane } from '../server/create-streams.js';
import { adminConnection } from '../server/admin-connection.js';
import { readLead } from '../server/lead-files.js';
import { laneOf } from '../wire/names.js';
import type { Message } from '../wire/envelope.js';

const MOST_LANES = 256;
const MOST_TAGS = 8;
const TAG = /^[a-z0-9][a-z0-9._-]{0,31}$/;

/** `{ tags }` of message kind `lane`. */
export function lanesPart(): Part {
  let admin: Promise<NatsConnection> | undefined;
  const made = new Set<string>();
  return {
    begin(node) {
      node.on('lane', async (message) => {
        const lead = readLead(node.workspace.state);
        const tags = lead === undefined ? undefined : tagsOf(node, message);
        if (lead === undefined || tags === undefined || made.size >= MOST_LANES) return;
        try {
          admin ??= adminConnection(node.workspace.state, lead);
          await createLane(await admin, laneOf(tags), tags);
          made.add(laneOf(tags));
        } catch (error) {
          admin = undefined;
          node.say(`the lane ${tags.join(', ')} was not made: ${messageOf(error)}`);
        }
      });
    },
    async run(_node, signal) {
      await aborted(signal);
      await admin?.then((connection) => connection.close()).catch(() => undefined);
    },
  };
}

/** Only tags that some node has: with others nothing could run. */
function tagsOf(node: LiveNode, { payload, from }: Message): readonly string[] | undefined {
  const tags = (payload as { readonly tags?: unknown } | null)?.tags;
  const granted = new Set(node.roster.nodes.flatMap((each) => each.tags));
  const isLane =
    Array.isArray(tags) &&
    tags.length <= MOST_TAGS &&
    tags.every((tag) => typeof tag === 'string' && TAG.test(tag) && granted.has(tag));
  if (isLane) return [...new Set(tags as readonly string[])].sort();
  node.say(`${from} asked for a lane for tags that no node has`);
  return undefined;
}
