/** Calls commands in process, for surfaces that act only by them. */
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import type { CallCommand } from '../../passes/dashboard-page.js';
import type { Workspace } from '../../workspace/types.js';
import type { Context } from './types.js';

/**
 * Commands are called as the owner types them, but nobody is asked on a terminal. `door`: for the
 * audit log.
 */
export function callCommand(
  context: Context,
  { door, workspace }: { readonly door: string; readonly workspace?: Workspace },
): CallCommand {
  const quiet: Context = {
    ...context,
    json: true,
    quiet: true,
    color: false,
    interactive: false,
    door,
    ...(workspace === undefined ? {} : { workspace: () => workspace }),
  };
  return async (name, { args = [], options = {}, check } = {}) => {
    const entry = (await context.catalogue?.())?.[name];
    if (entry === undefined)
      throw new NocturneError('NOT_FOUND', `there is no command "${name}" in this installation`);
    return (await entry.load()).run({ ...quiet, ...defined({ check }) }, { args, options });
  };
}
