/** Calls commands in process, for surfaces that act only by them. */
import { NocturneError } from '../../kernel/error.js';
import type { CallCommand } from '../../passes/dashboard-page.js';
import type { Catalogue } from './catalogue.js';
import type { Context } from './types.js';

/** Commands are called as the owner types them, but nobody is asked on a terminal. */
export function callCommand(context: Context, catalogue: () => Promise<Catalogue>): CallCommand {
  const quiet: Context = { ...context, json: true, quiet: true, color: false, interactive: false };
  return async (name, { args = [], options = {} } = {}) => {
    const entry = (await catalogue())[name];
    if (entry === undefined)
      throw new NocturneError('NOT_FOUND', `there is no command "${name}" in this installation`);
    return (await entry.load()).run(quiet, { args, options });
  };
}
