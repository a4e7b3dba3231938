/** Module mesh: tasks, calls and mail between workspaces on other machines, over a NATS server. */
import type { Module } from '../types.js';
import { meshAllow } from './commands/allow.js';
import { meshDoctor } from './commands/doctor.js';
import { meshInit } from './commands/init.js';
import { meshCancel, meshRetry } from './commands/decide-task.js';
import { meshInvite } from './commands/invite.js';
import { meshJoin } from './commands/join.js';
import { meshNodes } from './commands/nodes.js';
import { meshPropose } from './commands/propose.js';
import { meshLeave } from './commands/leave.js';
import { meshRevoke } from './commands/revoke.js';
import { meshStatus } from './commands/status.js';
import { meshWork } from './commands/work.js';
import { meshTasks } from './commands/tasks.js';
import { meshService } from './node/mesh-service.js';
import { partsOf } from './parts.js';
import { serverService } from './server/server-service.js';
import { workMoments } from './work/moments.js';

export const module: Module = {
  name: 'mesh',
  onChange: () => undefined,
  ...workMoments,
  serve: (context) => [serverService(context), meshService(context, () => partsOf(context))],
  verifyWith: async (context, other) =>
    (await import('./log/verify-with.js')).verifyWith(context, other),
  commands: {
    'mesh init': meshInit,
    'mesh invite': meshInvite,
    'mesh join': meshJoin,
    'mesh allow': meshAllow,
    'mesh revoke': meshRevoke,
    'mesh propose': meshPropose,
    'mesh tasks': meshTasks,
    'mesh cancel': meshCancel,
    'mesh retry': meshRetry,
    'mesh nodes': meshNodes,
    'mesh leave': meshLeave,
    'mesh doctor': meshDoctor,
    'mesh status': meshStatus,
    'mesh work': meshWork,
  },
};
