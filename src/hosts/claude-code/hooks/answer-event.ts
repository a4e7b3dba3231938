/**
 * The hooks of Claude Code: one event in, one answer out. Whatever goes wrong before a tool call is
 * a refusal of that call.
 */
import { NocturneError } from '../../../kernel/error.js';
import { type HookEvent, nameIn, parseEvent } from './event.js';
import { onPreCompact, onSessionStart, onStop, onSubagentStop } from './on-session.js';
import { onPostToolUse, onPreToolUse } from './on-tool-use.js';
import type { Place } from './place.js';
import { complaint, NOTHING, permission, type Reply } from './reply.js';

export type { Reply } from './reply.js';

/**
 * @param open the place of the event's folder; `undefined` outside every workspace, where nothing
 * is done.
 */
export async function answerEvent(
  text: string,
  open: (cwd: string) => Place | undefined,
): Promise<Reply> {
  try {
    const event = parseEvent(text);
    const place = open(event.cwd);
    return place === undefined ? NOTHING : await answer(place, event);
  } catch (error) {
    const why =
      error instanceof NocturneError
        ? `${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`
        : `an error in nocturne: ${error instanceof Error ? error.message : String(error)}`;
    const refusal = `nocturne could not judge this call, so it is refused: ${why}`;
    const name = nameIn(text);
    return name === 'PreToolUse'
      ? permission('deny', refusal)
      : name === ''
        ? { exit: 2, stdout: '', stderr: `${refusal}\n` }
        : complaint(why);
  }
}

function answer(place: Place, event: HookEvent): Promise<Reply> | Reply {
  switch (event.name) {
    case 'SessionStart':
      return onSessionStart(place, event);
    case 'PreToolUse':
      return onPreToolUse(place, event);
    case 'PostToolUse':
      return onPostToolUse(place, event);
    case 'PreCompact':
      return onPreCompact(place, event);
    case 'Stop':
      return onStop(place, event);
    case 'SubagentStop':
      return onSubagentStop(place, event);
    default:
      return NOTHING;
  }
}
