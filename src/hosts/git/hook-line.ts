/**
 * `hook git` for a commit of the owner, without the rest of the command line, because git calls it
 * twice for every commit. The build bundles it into `dist/quick.cjs`.
 */
import { existsSync } from '../../kernel/files.js';
import { join } from 'node:path';
import { insidePass } from '../../agents/inside-pass.js';
import { systemClock } from '../../kernel/clock.js';
import { EXIT, NocturneError } from '../../kernel/error.js';
import { showLines } from '../../kernel/show-control.js';
import { openWorkspace } from '../../workspace/open-workspace.js';
import { homeDirectory } from '../../workspace/state-home.js';
import type { HookLine } from '../installed-hook.js';
import { answerGit, GIT_EVENTS, refusal } from './answer-git.js';

/**
 * @param words as the installed hooks give them after `hook git`. Other words, a pass and what
 * cannot be judged are for the whole command line; so is a push, whose lines are read only once.
 */
export const hookLine: HookLine = async ([name, option, root = '', end, ...args]) => {
  const { env } = process;
  const event = GIT_EVENTS.find((candidate) => candidate === name);
  if (event === undefined || event === 'pre-push') return undefined;
  if (option !== '--workspace' || end !== '--' || !existsSync(join(root, 'REGISTRY.md')))
    return undefined;
  if (insidePass(env) !== undefined) return undefined;
  const workspace = openWorkspace(root, { home: homeDirectory(env), clock: systemClock });
  try {
    const git = { cwd: process.cwd(), env };
    const findings = answerGit({ event, args, input: () => '', workspace, git, pass: undefined });
    if (findings.length === 0) return EXIT.ok;
    process.stdout.write(`${showLines(refusal(event, findings), { color: false })}\n`);
    return EXIT.refused;
  } catch (error) {
    if (error instanceof NocturneError) return undefined;
    throw error;
  } finally {
    workspace.close();
  }
};
