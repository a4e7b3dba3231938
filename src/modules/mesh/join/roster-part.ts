/** Takes newer rosters from the server, which only the lead can have signed. */
import { type KV, Kvm } from '@nats-io/kv';
import { messageOf } from '../../../kernel/error.js';
import type { LiveNode } from '../node/live-node.js';
import type { Part } from '../node/mesh-service.js';
import { takeRoster } from '../roster.js';
import { watchBucket } from '../tasks/bucket-watch.js';
import { BUCKET } from '../wire/names.js';

export function rosterPart(): Part {
  return {
    begin: () => undefined,
    async run(node, signal) {
      const open = (): Promise<KV> => new Kvm(node.connection).open(BUCKET.roster);
      await watchBucket(open, 'roster', {
        signal,
        onReset: () => undefined,
        onEntry: (_key, { text }) => {
          if (text !== '') take(node, text);
        },
      });
    },
  };
}

function take(node: LiveNode, text: string): void {
  try {
    const { version } = node.roster;
    const roster = takeRoster(node.workspace.state, text);
    if (roster.version <= version) return;
    node.setRoster(roster);
    node.say(`roster ${roster.version}: ${describe(roster.nodes)}`);
  } catch (error) {
    node.say(`a roster was not taken: ${messageOf(error)}`);
  }
}

function describe(nodes: readonly { readonly id: string; readonly revoked?: string }[]): string {
  return nodes
    .map(({ id, revoked }) => (revoked === undefined ? id : `${id} (revoked)`))
    .join(', ');
}
