/** What a judgement needs of Claude Code. A hook is started for each call, so it loads no more. */
import type { GuardedHost } from '../../governance/host-tools/host-tools.js';
import { TOOLS } from './tools.js';

export const GUARDED = {
  name: 'claude-code',
  tools: TOOLS,
  settings: /(?:^|\/)\.claude(?:$|\/settings[^/]*\.json$)/i,
} satisfies GuardedHost;
