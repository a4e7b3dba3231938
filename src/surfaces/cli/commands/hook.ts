/** `hook claude-code`, `hook git`: what the installed hooks call. Nobody types them. */
import { readFileSync } from 'node:fs';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { installedModules } from '../../../modules/installed.js';
import { actingAs } from '../actor.js';
import { hookLine } from '../hook-line.js';
import type { Command } from '../types.js';

/** `main` goes the shorter way to the same function. */
export const hookClaudeCode: Command = {
  examples: ['nocturne hook claude-code < event.json'],
  async run(context) {
    return {
      exit: await hookLine(['--workspace', context.root()], installedModules),
      text: '',
      json: {},
    };
  },
};

export const hookGit: Command = {
  args: '<event> [args...]',
  examples: ['nocturne hook git pre-commit', 'nocturne hook git commit-msg -- .git/COMMIT_EDITMSG'],
  async run(context, { args }) {
    const [name, ...rest] = args;
    const { answerGit, GIT_EVENTS } = await import('../../../hosts/git/answer-git.js');
    const event = GIT_EVENTS.find((one) => one === name);
    if (event === undefined)
      throw new NocturneError('USAGE', `${name ?? 'nothing'} is no hook that is judged here`, {
        hint: `expected one of ${GIT_EVENTS.join(', ')}`,
      });
    const { pass } = actingAs(context);
    const findings = answerGit({
      event,
      args: rest,
      input: () => readFileSync(0, 'utf8'),
      workspace: context.workspace(),
      git: { cwd: context.cwd, env: context.env },
      pass,
    });
    if (findings.length === 0) return { exit: EXIT.ok, text: '', json: { event, findings } };
    return {
      exit: EXIT.refused,
      text: [
        `nocturne refuses this ${event === 'pre-push' ? 'push' : 'commit'}:`,
        ...findings.map((finding) => `  ${finding}`),
      ].join('\n'),
      json: { event, findings },
    };
  },
};
