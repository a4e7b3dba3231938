/** The hook settings for Claude Code: which events, and the command that each calls. */
import { defined } from '../../kernel/defined.js';
import { type HookPaths, shellCommand } from '../hook-command.js';

export type HookGroup = {
  readonly matcher?: string;
  readonly hooks: readonly {
    readonly type: 'command';
    readonly command: string;
    readonly timeout: number;
  }[];
};

/** Seconds. After that Claude Code goes on without an answer, so this is generous. */
const TIMEOUT = 60;

export function claudeHooks(paths: HookPaths): Readonly<Record<string, HookGroup>> {
  const command = shellCommand(paths, ['hook', 'claude-code', '--workspace', paths.workspace]);
  const group = (
    more: { readonly matcher?: string; readonly command?: string } = {},
  ): HookGroup => ({
    ...defined({ matcher: more.matcher }),
    hooks: [{ type: 'command', command: more.command ?? command, timeout: TIMEOUT }],
  });
  return {
    SessionStart: group(),
    // Claude Code makes the call if a hook fails with any code but 2, so a missing program must
    // exit 2.
    PreToolUse: group({ matcher: '*', command: `${command} || exit 2` }),
    PostToolUse: group({ matcher: '*' }),
    PreCompact: group(),
    Stop: group(),
    SubagentStop: group(),
  };
}

/** Whether a command in the settings is ours, from any version and place. */
export function isOurs(command: unknown): boolean {
  return typeof command === 'string' && /nocturne\.cjs'? hook claude-code(?: |$)/.test(command);
}
