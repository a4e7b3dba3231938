/** Every command by its words, with one line for the help page and where it is loaded from when it is called. */
import type { Command } from './types.js';

type Entry = { readonly group: Group; readonly summary: string; readonly load: () => Promise<{ readonly command: Command }> };
export const GROUPS = ['Every day', 'Trust', 'Passes', 'Projects', 'Records', 'History', 'Toolkit'] as const;
export type Group = (typeof GROUPS)[number];

export const CATALOGUE: Readonly<Record<string, Entry>> = {
  validate: { group: 'Every day', summary: 'check the whole workspace', load: () => import('./commands/validate.js') },
  night: { group: 'Every day', summary: 'worker passes with manager passes between, then the briefing', load: () => import('./commands/night.js') },
  demo: { group: 'Every day', summary: 'a night in a workspace made for demonstration', load: () => import('./commands/demo.js') },
  'run worker': { group: 'Passes', summary: 'one worker pass', load: async () => ({ command: (await import('./commands/run.js')).runWorker }) },
  'run manager': { group: 'Passes', summary: 'one manager pass', load: async () => ({ command: (await import('./commands/run.js')).runManager }) },
  'pass begin': { group: 'Passes', summary: 'begin a pass inside a host session, and print its brief', load: async () => ({ command: (await import('./commands/pass.js')).passBegin }) },
  'pass end': { group: 'Passes', summary: 'end it with the agent\'s report', load: async () => ({ command: (await import('./commands/pass.js')).passEnd }) },
  'pass heartbeat': { group: 'Passes', summary: 'say that the agent is alive', load: async () => ({ command: (await import('./commands/pass.js')).passHeartbeat }) },
  'pass abort': { group: 'Passes', summary: 'give it up', load: async () => ({ command: (await import('./commands/pass.js')).passAbort }) },
  gate: { group: 'Trust', summary: 'verify signature, protected files and logs', load: () => import('./commands/gate.js') },
};
