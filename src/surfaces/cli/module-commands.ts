/**
 * The commands that installed modules add to the catalogue. Read only when the words name no
 * command of the core, and for the pages of help.
 */
import { defined } from '../../kernel/defined.js';
import { installedModules } from '../../modules/installed.js';
import type { Module, ModuleCommand } from '../../modules/types.js';
import { actingAs, requireOwner } from './actor.js';
import { CATALOGUE, type Catalogue, type Entry } from './catalogue.js';
import type { Command } from './types.js';

/** Core and modules together. */
export async function wholeCatalogue(): Promise<Catalogue> {
  const modules = await installedModules();
  return { ...CATALOGUE, ...Object.fromEntries(modules.flatMap(entriesOf)) };
}

function entriesOf(module: Module): readonly (readonly [string, Entry])[] {
  return Object.entries(module.commands).map(([name, command]) => [
    name,
    {
      group: 'Modules',
      summary: command.summary,
      need: command.forAgents === 'never' ? 'owner' : command.forAgents,
      load: async () => ({ command: commandOf(command) }),
    },
  ]);
}

function commandOf(command: ModuleCommand): Command {
  return {
    ...defined({ args: command.args, options: command.options }),
    examples: command.examples,
    run: (context, parsed) => {
      const { env, cwd, width, scope } = context;
      return command.run(
        {
          env,
          cwd,
          width,
          ...defined({ scope }),
          workspace: () => context.workspace(),
          progress: (line) => context.progress(line),
          requireOwner: (what) => requireOwner(context, what),
          acting: () => actingAs(context),
        },
        parsed,
      );
    },
  };
}
