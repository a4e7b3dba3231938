/** The mesh as a service: connected as long as it runs, with its parts. */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../../kernel/error.js';
import type { ServeContext, Service } from '../../../passes/module.js';
import { readIdentity } from '../identity.js';
import { keptRoster } from '../roster.js';
import { type MeshSettings, settingsNow } from '../settings.js';
import { type Seen, writeDisconnected } from './seen.js';
import type { Presence } from './live-node.js';

/** How often it looks whether the owner has turned the mesh on. */
const LOOK_MS = 5_000;

/** A part of the mesh: what it does with messages, and what it does again and again. */
export type Part = {
  /** Registers handlers, before the node is heard. */
  begin(node: import('./live-node.js').LiveNode): void;
  /** Runs until the signal; what it throws ends the service, which is restarted. */
  run?(node: import('./live-node.js').LiveNode, signal: AbortSignal): Promise<void>;
  presence?(): Partial<Presence>;
};

/** Nothing where the workspace is in no mesh and has never joined one. */
export function meshService(context: ServeContext, parts: () => Promise<readonly Part[]>): Service {
  const { workspace, say } = context;
  return {
    name: 'mesh',
    async run(signal) {
      while (!signal.aborted) {
        const settings = settingsNow(workspace);
        const [identity, roster] = [readIdentity(workspace.state), keptRoster(workspace.state)];
        if (settings === undefined || identity === undefined || roster === undefined)
          await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
        else {
          const { runNode } = await import('./run-node.js');
          await runNode({
            workspace,
            say,
            identity,
            roster,
            url: settings.url,
            signal,
            parts: await parts(),
          }).catch((error: unknown) => {
            remember(workspace, settings, { connection: 'unreached', why: messageOf(error) });
            throw error;
          });
          remember(workspace, settings, { connection: 'stopped' });
        }
      }
    },
  };
}

function remember(
  { state, clock }: ServeContext['workspace'],
  { node, url }: MeshSettings,
  how: Pick<Seen, 'connection' | 'why'>,
): void {
  writeDisconnected(state, clock.now().getTime(), { node, url, ...how });
}
