/** The results that many commands end with. */
import { EXIT } from '../../kernel/error.js';
import type { CommandResult } from './types.js';

type Json = CommandResult['json'];

export function ok(text: string, json: Json): CommandResult {
  return { exit: EXIT.ok, text, json };
}

/** For a text that takes longer than the facts, and that programs do not ask for. */
export function okLater(text: () => string, json: Json): CommandResult {
  let made: string | undefined;
  return {
    exit: EXIT.ok,
    json,
    get text() {
      return (made ??= text());
    },
  };
}

/** For `--format json`: the document that `--json` prints. */
export function okDocument(json: Json): CommandResult {
  return { ...ok('', json), raw: JSON.stringify({ schema: 1, ok: true, ...json }) };
}

/** Nothing was done, because the owner has to confirm it and there is no terminal to ask on. */
export function unconfirmed(
  shown: string,
  { nothing, json }: { readonly nothing: string; readonly json: Json },
): CommandResult {
  const message = `this needs your confirmation, and there is no terminal to ask on; ${nothing}`;
  const hint = 'review what is shown above, then run the same command with --yes';
  return {
    exit: EXIT.usage,
    text: `${shown}\nUSAGE: ${message}\n  ${hint}`,
    json: { error: { code: 'USAGE', message, hint }, ...json },
  };
}
