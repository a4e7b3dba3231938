/** Answers one hook event of Claude Code. An error before a tool call refuses the call. */
import { NocturneError, messageOf } from '../../../kernel/error.js';
import { type HookEvent, nameIn, parseEvent, type HookContext } from './event.js';
import { onPreCompact, onSessionStart, onStop, onSubagentStop } from './on-session.js';
import { onPostToolUse, onPreToolUse } from './on-tool-use.js';
import { complaint, NOTHING, permission, type Reply } from './reply.js';

export type { Reply } from './reply.js';

/** @param open gives the context of the event's folder; `undefined` outside every workspace. */
export async function answerEvent(
  text: string,
  open: (cwd: string) => HookContext | undefined,
): Promise<Reply> {
  try {
    const event = parseEvent(text);
    const context = open(event.cwd);
    return context === undefined ? NOTHING : await answer(context, event);
  } catch (error) {
    const why =
      error instanceof NocturneError
        ? `${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`
        : `an error in nocturne: ${messageOf(error)}`;
    const refusal = `Nocturne could not judge this call, so it was refused: ${why}`;
    const name = nameIn(text);
    if (name === 'PreToolUse') return permission('deny', refusal);
    return name === '' ? { exit: 2, stdout: '', stderr: `${refusal}\n` } : complaint(why);
  }
}

function answer(context: HookContext, event: HookEvent): Promise<Reply> | Reply {
  switch (event.name) {
    case 'SessionStart':
      return onSessionStart(context, event);
    case 'PreToolUse':
      return onPreToolUse(context, event);
    case 'PostToolUse':
      return onPostToolUse(context, event);
    case 'PreCompact':
      return onPreCompact(context, event);
    case 'Stop':
      return onStop(context, event);
    case 'SubagentStop':
      return onSubagentStop(context, event);
    default:
      return NOTHING;
  }
}
