/**
 * `hook claude-code` without the rest of the command line, because Claude Code runs it before every
 * tool call. The build bundles it into `dist/quick.cjs`.
 */
import { existsSync } from '../../kernel/files.js';
import { dirname, join, resolve } from 'node:path';
import { systemClock } from '../../kernel/clock.js';
import { NocturneError } from '../../kernel/error.js';
import { showLines } from '../../kernel/show-control.js';
import { readStandardInput } from '../../kernel/read-input.js';
import { openWorkspace } from '../../workspace/open-workspace.js';
import { homeDirectory } from '../../workspace/state-home.js';
import type { HookLine } from '../installed-hook.js';
import { answerEvent } from './hooks/answer-event.js';

/** @param words what follows `hook claude-code`. */
export const hookLine = (async (words, modules) => {
  const { env } = process;
  const index = words.indexOf('--workspace');
  const directory = index === -1 ? undefined : words[index + 1];
  const reply = await answerEvent(readStandardInput().toString('utf8'), (cwd) => {
    const root = rootOf(directory, cwd === '' ? process.cwd() : cwd, env['NOCTURNE_WORKSPACE']);
    if (root === undefined) return undefined;
    const workspace = openWorkspace(root, {
      home: homeDirectory(env),
      clock: systemClock,
    });
    return {
      workspace,
      token: env['NOCTURNE_PASS_TOKEN'],
      governed: env['NOCTURNE_RUN'] !== undefined,
      modules,
    };
  });
  process.stdout.write(showLines(reply.stdout, { color: false }));
  process.stderr.write(showLines(reply.stderr, { color: false }));
  return reply.exit;
}) satisfies HookLine;

/**
 * The folder that the hook was installed for. If it is no longer a workspace, nothing can be
 * judged.
 */
function rootOf(
  workspace: string | undefined,
  cwd: string,
  named: string | undefined,
): string | undefined {
  if (workspace !== undefined) {
    const root = resolve(workspace);
    if (!existsSync(join(root, 'REGISTRY.md')))
      throw new NocturneError(
        'NO_WORKSPACE',
        `there is no workspace at ${root}, for which these hooks were installed`,
        {
          hint: 'run nocturne hooks install in the workspace again, or remove these hooks from the settings of Claude Code',
        },
      );
    return root;
  }
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    if (existsSync(join(directory, 'REGISTRY.md'))) return directory;
    if (directory === dirname(directory)) break;
  }
  return named === undefined || named === '' ? undefined : resolve(named);
}
