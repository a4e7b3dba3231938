/** OpenClaw: agents that work in its sessions, started by its jobs and judged through our plugin. */
import type { Host } from '../types.js';
import { TOOLS } from './tools.js';

export const host: Host = {
  name: 'openclaw',
  title: 'OpenClaw',
  tools: TOOLS,
  runners: [
    {
      kind: 'openclaw',
      program: 'openclaw',
      make: async (options) => (await import('./runner.js')).openclawRunner(options),
    },
  ],
};
