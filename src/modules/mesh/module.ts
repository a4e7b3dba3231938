/** Module mesh: tasks, calls and mail between workspaces on other machines, over a NATS server. */
import type { Module } from '../types.js';
import { meshStatus } from './commands/status.js';
import { meshService } from './node/mesh-service.js';
import { workMoments } from './work/moments.js';

export const module: Module = {
  name: 'mesh',
  onChange: () => undefined,
  ...workMoments,
  serve: (context) =>
    meshService(context, async () => {
      const [{ ownerPart }, { workerPart }] = await Promise.all([
        import('./tasks/owner-part.js'),
        import('./tasks/worker-part.js'),
      ]);
      return [ownerPart(), workerPart()];
    }),
  commands: {
    'mesh status': meshStatus,
  },
};
