/** What the command line provides to a pass: signals, waiting, and progress on stderr. */
import { installedHosts } from '../../hosts/installed.js';
import { showControl } from '../../kernel/show-control.js';
import { installedModules } from '../../modules/installed.js';
import type { PassEnvironment } from '../../passes/types.js';
import type { Context } from './types.js';

/** The first interrupt ends the agent and the pass; a second one ends the process at once. */
export async function passEnvironment(context: Context): Promise<PassEnvironment> {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  return {
    workspace: context.workspace(),
    env: context.env,
    signal: ending.signal,
    // A line break in a name or in an agent's words does not begin a line of the pass.
    say: (line) => context.progress(showControl(line)),
    wait,
    modules: await installedModules(),
    runners: (await installedHosts()).flatMap((host) => host.runners ?? []),
  };
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
