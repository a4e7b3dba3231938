/** Module mesh: tasks, calls and mail between workspaces on other machines, over a NATS server. */
import type { Module } from '../types.js';
import { meshMailList, meshMailRead, meshMailSend } from './commands/mail.js';
import { meshStatus } from './commands/status.js';
import { deliveredMail, mailFragments } from './mail/brief-mail.js';
import { meshService } from './node/mesh-service.js';

export const module: Module = {
  name: 'mesh',
  onChange: () => undefined,
  serve: (context) =>
    meshService(context, async () => {
      const { MailPart } = await import('./mail/mail-part.js');
      return [new MailPart()];
    }),
  fragments: ({ snapshot, project }) =>
    project === undefined ? [] : mailFragments(snapshot, project),
  recorded: deliveredMail,
  commands: {
    'mesh mail send': meshMailSend,
    'mesh mail list': meshMailList,
    'mesh mail read': meshMailRead,
    'mesh status': meshStatus,
  },
};
