/** Where OpenClaw keeps the workspace of an agent, and how such a workspace is recognised. */
import type { AgentWorkspace } from '../types.js';

/** The pages that it puts, or once put, into an agent's prompt. */
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

export const AGENT_WORKSPACE: AgentWorkspace = {
  folder: '.openclaw/workspace',
  called: 'an OpenClaw workspace',
  isOne(paths) {
    const names = new Set(paths.map((path) => path.toLowerCase()));
    return PAGES.filter((page) => names.has(page.toLowerCase())).length >= 2;
  },
};
