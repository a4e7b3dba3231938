/** What a chat run says to a model, or of a server, that did not do what it should. */
import { readReport } from './parse-report.js';
import type { Failed } from './run-clock.js';

export const CUT =
  'Your last message was cut at the output limit. Go on from where it ended, in smaller steps.';

export const REPEATED = '\n(You made this very call three times in a row. A fourth ends the pass.)';

export const SAME_RESULT =
  'The result is word for word that of an earlier call, which you find above.';

export const NOTHING_NEW =
  '\n(Your last calls brought nothing new. If that goes on, the pass ends: write what is missing, or report.)';

export const INTERRUPTED =
  'Interrupted: the machine stopped while this call was made, so it may or may not have taken effect. Check before you ask for it again.';

export const MASKED =
  'Not called: what you sent contained a credential, and credentials are not kept. Ask again if you still need it.';

export const NEAR_LIMIT =
  'You have used 80 % of what this pass may spend. Write what you have, then finish and report.';

export const HOW_TO_CALL =
  'Your answer contains what looks like a tool call, as text. Nothing was called. To call a tool, use the function calls of your interface, or answer with nothing but {"name": "the tool", "arguments": {...}}. If the work is done, send the nocturne-report block.';

/** One reminder for an answer without a readable report. */
export function reminder(content: string): string | undefined {
  const { report, found } = readReport(content);
  if (found && report.summary !== '') return undefined;
  return `Your answer does not end with a readable nocturne-report block: ${report.problems.join(' ') || '`summary` is empty.'} If the work is done, send the block now; otherwise go on.`;
}

export function promptWasCut(limit: number, estimated: number): Failed {
  return {
    failure: 'over-budget',
    detail: `The endpoint silently cut the prompt: it read ${limit} tokens of about ${estimated}. Give the model a larger context on the server (Ollama: num_ctx, llama.cpp: --ctx-size), or lower the context budget of the next pass.`,
  };
}
