/** Module mesh: tasks, calls and mail between workspaces on other machines, over a NATS server. */
import type { Module } from '../types.js';
import { meshCall } from './commands/call.js';
import { meshSearch } from './commands/search.js';
import { meshStatus } from './commands/status.js';
import { meshService } from './node/mesh-service.js';

export const module: Module = {
  name: 'mesh',
  onChange: () => undefined,
  serve: (context) =>
    meshService(
      context,
      async () => (await import('./calls/call-parts.js')).callParts(context).parts,
    ),
  commands: {
    'mesh status': meshStatus,
    'mesh call': meshCall,
    'mesh search': meshSearch,
  },
};
