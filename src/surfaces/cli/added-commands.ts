/**
 * The commands that installed modules and hosts add to the catalogue. Loaded only for help, and for
 * words that do not name a command of the core.
 */
import { installedHosts } from '../../hosts/installed.js';
import type { Host } from '../../hosts/types.js';
import { installedModules } from '../../modules/installed.js';
import type { Module } from '../../modules/types.js';
import type { AddedCommand } from '../../passes/added-command.js';
import { addedContext } from './added-context.js';
import { type Catalogue, CATALOGUE, type Entry } from './catalogue.js';
import type { Command } from './types.js';

type Named = readonly (readonly [string, Entry])[];

/** Core, hosts and modules together. */
export async function wholeCatalogue(): Promise<Catalogue> {
  const [hosts, modules] = await Promise.all([installedHosts(), installedModules()]);
  const added = [...hosts.flatMap(ofHost), ...modules.flatMap(ofModule)];
  return { ...CATALOGUE, ...Object.fromEntries(added) };
}

function ofHost(host: Host): Named {
  return Object.entries(host.commands ?? {}).map(([name, { group, summary, need, load }]) => [
    name,
    { group, summary, need, load: async () => commandOf(await load()) },
  ]);
}

function ofModule(module: Module): Named {
  return Object.entries(module.commands).map(([name, command]) => [
    name,
    {
      group: 'Modules',
      summary: command.summary,
      need: command.forAgents === 'never' ? 'owner' : command.forAgents,
      load: async () => commandOf(command),
    },
  ]);
}

function commandOf(command: AddedCommand): Command {
  return {
    ...command,
    run: (context, parsed) => command.run(addedContext(context), parsed),
  };
}
