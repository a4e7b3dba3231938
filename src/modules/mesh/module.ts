/** Module mesh: tasks, calls and mail between workspaces on other machines, over a NATS server. */
import type { Module } from '../types.js';
import { meshAllow } from './commands/allow.js';
import { meshAsk } from './commands/ask.js';
import { meshCall } from './commands/call.js';
import { meshCancel, meshRetry } from './commands/decide-task.js';
import { meshCircle, meshCircles, meshGate } from './commands/circle.js';
import { meshDoctor } from './commands/doctor.js';
import { meshInit } from './commands/init.js';
import { meshInvite } from './commands/invite.js';
import { meshJoin } from './commands/join.js';
import { meshAccept, meshRefuse } from './commands/judge-arrival.js';
import { meshLeave } from './commands/leave.js';
import { meshMail } from './commands/mail.js';
import { meshNodes } from './commands/nodes.js';
import { meshPropose } from './commands/propose.js';
import { meshRevoke } from './commands/revoke.js';
import { meshSearch } from './commands/search.js';
import { meshStatus } from './commands/status.js';
import { meshTable, meshTables } from './commands/table.js';
import { meshTasks } from './commands/tasks.js';
import { meshWork } from './commands/work.js';
import { circleFragments } from './circling/circle-page.js';
import { mailFragments } from './mail/brief-mail.js';
import { recordedByMesh } from './recorded.js';
import { meshService } from './node/mesh-service.js';
import { meshObservations, meshState } from './node/tell-mesh.js';
import { MESH_ACTIONS, MESH_PAGES } from './pages/pages.js';
import { partsOf } from './parts.js';
import { gradeElsewhere } from './review/remote-grader.js';
import { serverService } from './server/server-service.js';
import { workMoments } from './work/moments.js';

export const module: Module = {
  name: 'mesh',
  onChange: () => undefined,
  ...workMoments,
  serve: (context) => [serverService(context), meshService(context, () => partsOf(context))],
  fragments: async (context) => [
    ...(await workMoments.fragments(context)),
    ...mailFragments(context),
    ...circleFragments(context),
  ],
  recorded: recordedByMesh,
  grade: gradeElsewhere,
  state: meshState,
  examined: meshObservations,
  pages: MESH_PAGES,
  actions: MESH_ACTIONS,
  verifyWith: async (context, other) =>
    (await import('./log/verify-with.js')).verifyWith(context, other),
  commands: {
    'mesh init': meshInit,
    'mesh invite': meshInvite,
    'mesh join': meshJoin,
    'mesh leave': meshLeave,
    'mesh allow': meshAllow,
    'mesh revoke': meshRevoke,
    'mesh doctor': meshDoctor,
    'mesh status': meshStatus,
    'mesh nodes': meshNodes,
    'mesh propose': meshPropose,
    'mesh tasks': meshTasks,
    'mesh cancel': meshCancel,
    'mesh retry': meshRetry,
    'mesh accept': meshAccept,
    'mesh refuse': meshRefuse,
    'mesh work': meshWork,
    'mesh ask': meshAsk,
    'mesh call': meshCall,
    'mesh search': meshSearch,
    'mesh mail': meshMail,
    'mesh circle': meshCircle,
    'mesh circles': meshCircles,
    'mesh gate': meshGate,
    'mesh table': meshTable,
    'mesh tables': meshTables,
  },
};
