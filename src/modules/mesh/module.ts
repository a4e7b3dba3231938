/** Module mesh: tasks, calls and mail between workspaces on other machines, over a NATS server. */
import type { Module } from '../types.js';
import { meshStatus } from './commands/status.js';

export const module: Module = {
  name: 'mesh',
  onChange: () => undefined,
  commands: {
    'mesh status': meshStatus,
  },
};
