/** `hook git`, which the installed hooks call. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { readStandardInput } from '../../../kernel/read-input.js';
import type { AddedCommand } from '../../../passes/added-command.js';
import { answerGit, GIT_EVENTS, refusal } from '../answer-git.js';

export const hookGit: AddedCommand = {
  args: '<event> [args...]',
  examples: ['nocturne hook git pre-commit', 'nocturne hook git commit-msg -- .git/COMMIT_EDITMSG'],
  run(context, { args }) {
    const [name, ...rest] = args;
    const event = GIT_EVENTS.find((candidate) => candidate === name);
    if (event === undefined)
      throw new NocturneError('USAGE', `${name ?? 'nothing'} is not a hook that Nocturne judges`, {
        hint: `expected one of ${GIT_EVENTS.join(', ')}`,
      });
    const { pass } = context.acting();
    const findings = answerGit({
      event,
      args: rest,
      input: () => readStandardInput().toString('utf8'),
      workspace: context.workspace(),
      git: { cwd: context.cwd, env: context.env },
      pass,
    });
    if (findings.length === 0) return { exit: EXIT.ok, text: '', json: { event, findings } };
    return {
      exit: EXIT.refused,
      text: refusal(event, findings),
      json: { event, findings },
    };
  },
};
