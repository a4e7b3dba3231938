/** Module mesh: tasks, calls and mail between workspaces on other machines, over a NATS server. */
import type { Module } from '../types.js';
import { meshStatus } from './commands/status.js';
import { meshService } from './node/mesh-service.js';
import { workMoments } from './work/moments.js';

export const module: Module = {
  name: 'mesh',
  onChange: () => undefined,
  ...workMoments,
  serve: (context) => meshService(context, async () => []),
  commands: {
    'mesh status': meshStatus,
  },
};
