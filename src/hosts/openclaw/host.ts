/** OpenClaw: agents in its sessions, started by its jobs and judged through our plugin. */
import type { Host, AgentWorkspace } from '../types.js';
import { TOOLS } from './tools.js';

/** Pages that OpenClaw puts, or once put, into an agent's prompt. */
const PAGES = [
  'AGENTS.md',
  'SOUL.md',
  'IDENTITY.md',
  'USER.md',
  'MEMORY.md',
  'BOOTSTRAP.md',
  'TOOLS.md',
  'HEARTBEAT.md',
];

const AGENT_WORKSPACE: AgentWorkspace = {
  folder: '.openclaw/workspace',
  called: 'an OpenClaw workspace',
  isOne(paths) {
    const names = new Set(paths.map((path) => path.toLowerCase()));
    return PAGES.filter((page) => names.has(page.toLowerCase())).length >= 2;
  },
};

export const host: Host = {
  name: 'openclaw',
  title: 'OpenClaw',
  tools: TOOLS,
  agentWorkspace: AGENT_WORKSPACE,
  startsPasses: true,
  jobs: async (machine) => (await import('./found-jobs.js')).foundJobs(machine),
  send: async (message, machine) =>
    (await import('./send-message.js')).sendMessage(message, machine),
  probe: async (machine) => (await import('./probe.js')).probe(machine),
  runners: [
    {
      kind: 'openclaw',
      program: 'openclaw',
      make: async (options) => (await import('./runner.js')).openclawRunner(options),
    },
  ],
  commands: {
    'cron install': {
      group: 'Passes',
      summary: 'worker and manager as jobs of OpenClaw, with the plugin that guards them',
      need: 'owner',
      load: async () => (await import('./commands/cron.js')).cronInstall,
    },
    'cron list': {
      group: 'Passes',
      summary: "this workspace's jobs in OpenClaw: next run, last result",
      need: 'owner',
      load: async () => (await import('./commands/cron.js')).cronList,
    },
    'cron remove': {
      group: 'Passes',
      summary: 'take them out of OpenClaw; other jobs stay',
      need: 'owner',
      load: async () => (await import('./commands/cron.js')).cronRemove,
    },
  },
};
