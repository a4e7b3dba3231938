/** The command line as a caller of the module. */
import { defined } from '../../../kernel/defined.js';
import type { ModuleCommandContext, OptionSpec } from '../../types.js';
import { CHOICES } from '../operations/choose-embedder.js';
import type { Caller } from '../operations/caller.js';

export const EMBEDDER_OPTION: OptionSpec = {
  flags: '--embedder <name>',
  description: 'instead of the one in orchestration-os/KNOWLEDGE.md',
  choices: CHOICES,
};

export function callerOf(context: ModuleCommandContext, signal?: AbortSignal): Caller {
  const { env, scope, progress } = context;
  return {
    workspace: context.workspace(),
    env,
    progress: (line) => progress(line),
    ...defined({ scope, signal }),
  };
}
