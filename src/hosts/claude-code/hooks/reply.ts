/** The forms in which Claude Code takes an answer. */
import { defined } from '../../../kernel/defined.js';

export type Reply = { readonly exit: 0 | 1 | 2; readonly stdout: string; readonly stderr: string };

export const NOTHING: Reply = { exit: 0, stdout: '', stderr: '' };

const json = (value: object): Reply => ({
  exit: 0,
  stdout: `${JSON.stringify(value)}\n`,
  stderr: '',
});

/** @param input what the tool gets in place of what the agent gave it. */
export function permission(
  decision: 'allow' | 'deny' | 'ask',
  reason: string,
  input?: Readonly<Record<string, unknown>>,
): Reply {
  return json({
    hookSpecificOutput: {
      hookEventName: 'PreToolUse',
      permissionDecision: decision,
      permissionDecisionReason: reason,
      ...defined({ updatedInput: input }),
    },
  });
}

export function sessionContext(text: string, shown?: string): Reply {
  return json({
    hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext: text },
    ...defined({ systemMessage: shown }),
  });
}

/** The agent does not stop; it is told why. */
export function goOn(reason: string): Reply {
  return json({ decision: 'block', reason });
}

/** PreCompact takes its standard output as an instruction for the summary. */
export function instruction(text: string): Reply {
  return { exit: 0, stdout: `${text}\n`, stderr: '' };
}

/** Shown to the person; the session goes on. */
export function complaint(text: string): Reply {
  return { exit: 1, stdout: '', stderr: `nocturne: ${text}\n` };
}
