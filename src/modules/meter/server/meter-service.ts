/** The meter as a service of `nocturne serve` and `nocturne schedule`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { NocturneError } from '../../../kernel/error.js';
import type { ServeContext, Service } from '../../../passes/module.js';

/** How often to look whether a meter that a pass has started has ended. */
const LOOK_MS = 1_000;

export function meterService({ workspace, env, say }: ServeContext): Service {
  return {
    name: 'meter',
    async run(signal) {
      // Loaded only here, because every command loads the modules.
      const { serveMeter } = await import('./serve-meter.js');
      const ready = ({ port }: { port: number }): void =>
        say(`The meter listens on 127.0.0.1:${port}.`);
      while (!signal.aborted) {
        try {
          return await serveMeter({ workspace, env, signal, say, ready });
        } catch (error) {
          if (!(error instanceof NocturneError) || error.code !== 'LOCKED') throw error;
        }
        await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}
