/** Whether a command may run: what it would do, its variables, and secrets in its words. */
import { judgeArgv, judgeScript } from './command.js';
import type { CommandJudgement } from './command-types.js';
import type { Judging, Verdicts } from './decide-types.js';
import { judgeEffect } from './judge-effect.js';
import { resolveTarget, type PathWorld } from './path.js';
import { readCommand } from './read-command.js';
import { secretReasons } from './secrets.js';
import { toolRules } from './tool-rules.js';
import { assignmentProblem } from './wrappers.js';
import type { Action } from '../types.js';

export function judgeExec(context: Judging, action: Action, verdicts: Verdicts): void {
  const { snapshot, authority, world, options } = context;
  if (authority.kind === 'owner') return;
  const cwd = startFolder(world, action.cwd ?? options.cwd, verdicts);
  const commandWorld = {
    rules: toolRules(snapshot.records('TOOL-RULE')),
    tools: authority.kind === 'pass' ? authority.tools : undefined,
    cwd,
  };
  const judgements: CommandJudgement[] = [];
  const { command } = action;
  if (command !== undefined) {
    const script =
      action.steps === undefined
        ? readCommand(world, command, cwd)
        : { steps: action.steps, problems: [] };
    verdicts.steps = script.steps;
    judgements.push(judgeScript(script, commandWorld));
  }
  if (action.argv !== undefined) judgements.push(judgeArgv(action.argv, commandWorld));
  if (judgements.length === 0)
    verdicts.reasons.push({ code: 'command-unparsable', message: 'there is no command' });
  for (const name of Object.keys(action.env ?? {})) {
    const problem = assignmentProblem(name);
    if (problem !== undefined) verdicts.reasons.push({ code: 'command-denied', message: problem });
  }
  for (const judged of judgements) {
    verdicts.reasons.push(...judged.reasons);
    if (authority.kind === 'reader' && judged.effects.length + judged.foreign.length > 0)
      verdicts.reasons.push({
        code: 'no-token',
        message:
          'a command that may write needs the token of a live pass; without one everything is read-only',
      });
    for (const effect of judged.effects)
      judgeEffect(
        context,
        { ...effect, unseen: effect.content === undefined && effect.copyOf === undefined },
        verdicts,
      );
  }
  verdicts.reasons.push(
    ...secretReasons(
      `${action.command ?? ''}\n${(action.argv ?? []).join(' ')}`.trim(),
      'the command',
    ),
  );
}

/** Relative to the workspace. A folder outside it, or behind a link, is a reason. */
function startFolder(world: PathWorld, rawPath: string | undefined, verdicts: Verdicts): string {
  if (rawPath === undefined || rawPath === '' || rawPath === '.') return '';
  const target = resolveTarget(world, rawPath, { use: 'folder' });
  verdicts.reasons.push(...target.reasons);
  return target.path ?? '';
}
