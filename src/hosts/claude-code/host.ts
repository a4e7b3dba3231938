/** Claude Code: sessions with a person in front of them, and turns that a runner starts; both call our hooks. */
import type { Host } from '../types.js';
import { GUARDED } from './guarded.js';

export const host: Host = {
  ...GUARDED,
  title: 'Claude Code',
  runners: [
    {
      kind: 'claude',
      program: 'claude',
      make: async (options) => (await import('./runner/runner.js')).claudeRunner(options),
    },
  ],
};
