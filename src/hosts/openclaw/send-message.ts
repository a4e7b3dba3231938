/** Sends a message to the owner on a channel that OpenClaw is connected to. */
import { findProgram } from '../../agents/find-program.js';
import { NocturneError } from '../../kernel/error.js';
import type { HostMachine } from '../types.js';
import { openClaw } from './install/program.js';

const PATIENCE_MS = 60_000;

/** `to`: `CHANNEL:TARGET`. */
export async function sendMessage(
  { to, text }: { readonly to: string; readonly text: string },
  { env }: Pick<HostMachine, 'env'>,
): Promise<void> {
  const [, channel = '', target = ''] = /^([a-z][a-z0-9_-]*):(.+)$/.exec(to) ?? [];
  if (channel === '')
    throw new NocturneError('CONFIG', `"${to}" is not CHANNEL:TARGET, such as telegram:12345`);
  const program = findProgram('openclaw', { path: env['PATH'], directory: '/' });
  if (program === undefined) throw new NocturneError('MISSING_PART', 'openclaw is not on the path');
  const host = openClaw({ program, env, patienceMs: PATIENCE_MS });
  const where = ['--channel', channel, '--target', target];
  await host.json(['message', 'send', ...where, '--message', text, '--json']);
}
