/** Module mesh: tasks, calls and mail between workspaces on other machines, over a NATS server. */
import type { Module } from '../types.js';
import { meshCall } from './commands/call.js';
import { meshSearch } from './commands/search.js';
import { meshAllow } from './commands/allow.js';
import { meshInit } from './commands/init.js';
import { meshInvite } from './commands/invite.js';
import { meshJoin } from './commands/join.js';
import { meshMail } from './commands/mail.js';
import { meshNodes } from './commands/nodes.js';
import { meshRevoke } from './commands/revoke.js';
import { meshStatus } from './commands/status.js';
import { deliveredMail, mailFragments } from './mail/brief-mail.js';
import { meshService } from './node/mesh-service.js';
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
  ],
  recorded: deliveredMail,
  grade: gradeElsewhere,
  commands: {
    'mesh init': meshInit,
    'mesh invite': meshInvite,
    'mesh join': meshJoin,
    'mesh allow': meshAllow,
    'mesh revoke': meshRevoke,
    'mesh nodes': meshNodes,
    'mesh mail': meshMail,
    'mesh status': meshStatus,
    'mesh call': meshCall,
    'mesh search': meshSearch,
  },
};
