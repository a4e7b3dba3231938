/**
 * What the settings of Claude Code say, in a folder or for one run: which events, and the command
 * line that each calls.
 */
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

/**
 * Seconds, after which Claude Code goes on without an answer: far more than a call needs on a busy
 * machine.
 */
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
    // Claude Code makes the call when a hook breaks down with any code but 2: a program that is
    // gone must not open the door.
    PreToolUse: group({ matcher: '*', command: `${command} || exit 2` }),
    PostToolUse: group({ matcher: '*' }),
    PreCompact: group(),
    Stop: group(),
    SubagentStop: group(),
  };
}

/** Whether a command of the settings is one of ours, of whatever version and place. */
export function isOurs(command: unknown): boolean {
  return typeof command === 'string' && /nocturne\.cjs'? hook claude-code(?: |$)/.test(command);
}
