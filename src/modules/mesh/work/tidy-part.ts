/** While the node is connected: passes for tasks that were withdrawn end soon. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Part } from '../node/mesh-service.js';
import { readIdentity } from '../identity.js';
import { cancelLost } from './tidy.js';

const LOOK_MS = 5_000;

export function tidyPart(): Part {
  return {
    begin: () => undefined,
    async run(node, signal) {
      while (!signal.aborted) {
        if (readIdentity(node.workspace.state) === undefined)
          throw new Error('this workspace has left the mesh');
        for (const line of cancelLost(node.workspace)) node.say(line);
        await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}
