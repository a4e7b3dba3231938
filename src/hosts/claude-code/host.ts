/** Claude Code: sessions with a person, and runs of a pass. Both call hooks. */
import type { Host } from '../types.js';
import { GUARDED } from './tools.js';

export const host: Host = {
  ...GUARDED,
  title: 'Claude Code',
  runners: [
    {
      kind: 'claude',
      program: 'claude',
      make: async (options) => (await import('./runner/runner.js')).claudeRunner(options),
      key: { variable: 'ANTHROPIC_API_KEY', endpoint: 'https://api.anthropic.com/v1' },
    },
  ],
  hooks: async () => (await import('./install/hooks.js')).hooks,
  commands: {
    'hook claude-code': {
      group: 'Toolkit',
      summary: 'answer one event of Claude Code; its hooks call this',
      need: 'open',
      load: async () => (await import('./commands/hook.js')).hookClaudeCode,
    },
  },
};
