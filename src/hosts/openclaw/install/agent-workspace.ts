/** Whether the agent of the jobs works in this workspace. */
import { parsedJson } from '../../../kernel/parsed-json.js';
import { existsSync, realpathSync } from '../../../kernel/files.js';
import { z } from 'zod';
import { NocturneError } from '../../../kernel/error.js';
import type { OpenClaw } from './program.js';

const Agents = z.array(
  z.looseObject({
    id: z.string(),
    workspace: z.string().optional(),
    isDefault: z.boolean().optional(),
  }),
);

/**
 * @throws NocturneError `CONFIG` if its workspace is another folder, where it would not find the
 * prompt.
 */
export async function agentOf(
  host: OpenClaw,
  options: { readonly root: string; readonly agent: string | undefined },
): Promise<{ readonly agent: string | undefined; readonly warnings: readonly string[] }> {
  const { exit, stdout } = await host.run(['agents', 'list', '--json']);
  const read = exit === 0 ? Agents.safeParse(parsedJson(stdout)) : undefined;
  if (read?.success !== true)
    return {
      agent: options.agent,
      warnings: [
        'openclaw agents list gives no list of agents: whether the agent works in this workspace was not checked',
      ],
    };
  const agents = read.data;
  const here = agents.filter(
    (agent) => agent.workspace !== undefined && real(agent.workspace) === real(options.root),
  );
  const chosen =
    options.agent === undefined
      ? (here.find((agent) => agent.isDefault === true) ??
        here[0] ??
        agents.find((agent) => agent.isDefault === true))
      : agents.find((agent) => agent.id === options.agent);
  if (chosen === undefined)
    throw new NocturneError(
      'NOT_FOUND',
      options.agent === undefined
        ? 'OpenClaw has no agent'
        : `OpenClaw has no agent ${options.agent}`,
      {
        hint:
          agents.length === 0
            ? 'openclaw agents add'
            : `agents: ${agents.map((agent) => agent.id).join(', ')}`,
      },
    );
  if (!here.includes(chosen))
    throw new NocturneError(
      'CONFIG',
      `the agent ${chosen.id} works in ${chosen.workspace ?? 'no workspace'}, expected ${options.root}`,
      {
        hint: `openclaw config set agents.defaults.workspace ${options.root}, or name another agent: --agent`,
      },
    );
  return { agent: chosen.id, warnings: [] };
}

function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
