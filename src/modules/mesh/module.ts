/** Module mesh: tasks, calls and mail between workspaces on other machines, over a NATS server. */
import type { Module } from '../types.js';
import { meshNodes } from './commands/nodes.js';
import { meshStatus } from './commands/status.js';
import { meshService } from './node/mesh-service.js';
import { meshObservations, meshState } from './node/tell-mesh.js';
import { partsOf } from './parts.js';

export const module: Module = {
  name: 'mesh',
  onChange: () => undefined,
  serve: (context) => meshService(context, () => partsOf(context)),
  state: meshState,
  examined: meshObservations,
  commands: {
    'mesh nodes': meshNodes,
    'mesh status': meshStatus,
  },
};
