/** The settings of a pass whose programs run as they are. */
import type { SandboxSettings } from '../../src/agents/sandbox.js';

export const NO_SANDBOX: SandboxSettings = {
  mode: 'off',
  policy: 'prefer',
  network: true,
  read: [],
};
