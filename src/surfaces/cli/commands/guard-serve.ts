/** `guard serve`: the guard for hosts that ask over a socket; started by them, or by the owner. */
import { defined } from '../../../kernel/defined.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { installedHosts } from '../../../hosts/installed.js';
import { requireOwner } from '../actor.js';
import { passEnvironment } from '../pass-environment.js';
import type { Command } from '../types.js';

export const guardServe: Command = {
  options: [
    {
      flags: '--idle <minutes>',
      description: 'end after so long without a connection (default 30)',
    },
    {
      flags: '--parent',
      description: 'end when standard input is closed: whoever started it is gone',
    },
  ],
  examples: ['nocturne guard serve', 'nocturne guard serve --parent'],
  async run(context, { options }) {
    requireOwner(context, 'serving the guard');
    const minutes = Number(options['idle'] ?? 30);
    if (!(minutes > 0))
      throw new NocturneError('USAGE', `--idle is ${String(options['idle'])}`, {
        hint: 'give a number of minutes above 0',
      });
    const env = await passEnvironment(context);
    const { serveGuard } = await import('../../guard-socket/start.js');
    const ending = new AbortController();
    env.signal.addEventListener('abort', () => ending.abort());
    if (options['parent'] === true) onParentGone(() => ending.abort());
    await serveGuard({
      env: { ...env, signal: ending.signal },
      hosts: await installedHosts(),
      idleMs: minutes * 60_000,
      ready: (started) =>
        void process.stdout.write(
          `${context.json ? JSON.stringify({ schema: 1, ok: true, ...started }) : said(started)}\n`,
        ),
    });
    process.stdin.destroy();
    return {
      exit: EXIT.ok,
      text: '',
      json: {},
      ...defined({ raw: context.json ? '' : undefined }),
    };
  },
};

function said(started: {
  readonly socket: string;
  readonly pid: number;
  readonly served: boolean;
}): string {
  return started.served
    ? `the guard answers at ${started.socket}`
    : `another process answers at ${started.socket} already`;
}

/** A closed pipe is the one sign of a parent's death that no parent can forget to give. */
function onParentGone(act: () => void): void {
  process.stdin.on('end', act).on('close', act).on('error', act);
  process.stdin.resume();
}
