/** What judging a tool call of Claude Code needs to know; a hook, started for each call, loads no more. */
import type { GuardedHost } from '../../governance/host-tools/host-tools.js';
import { TOOLS } from './tools.js';

export const GUARDED = {
  name: 'claude-code',
  tools: TOOLS,
  settings: /(?:^|\/)\.claude(?:$|\/settings[^/]*\.json$)/i,
} satisfies GuardedHost;
