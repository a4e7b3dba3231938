/** The command line as a door of the module. */
import { defined } from '../../../kernel/defined.js';
import type { ModuleCommandContext, OptionSpec } from '../../types.js';
import { CHOICES } from '../doors/choose-embedder.js';
import type { Door } from '../doors/door.js';

export const EMBEDDER_OPTION: OptionSpec = {
  flags: '--embedder <name>',
  description: 'instead of the one in orchestration-os/KNOWLEDGE.md',
  choices: CHOICES,
};

export function doorOf(context: ModuleCommandContext, signal?: AbortSignal): Door {
  const { env, scope, progress } = context;
  return {
    workspace: context.workspace(),
    env,
    progress: (line) => progress(line),
    ...defined({ scope, signal }),
  };
}
