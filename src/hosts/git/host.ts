/** git: its hooks have commits, messages and pushes judged. */
import type { Host } from '../types.js';

export const host: Host = {
  name: 'git',
  title: 'git',
  probe: async (machine) => (await import('./probe.js')).probe(machine),
  hooks: async () => (await import('./hooks.js')).hooks,
  commands: {
    'hook git': {
      group: 'Toolkit',
      summary: 'answer one event of git; its hooks call this',
      need: 'open',
      load: async () => (await import('./commands/hook.js')).hookGit,
    },
  },
};
