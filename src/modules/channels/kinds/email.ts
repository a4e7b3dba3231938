/** E-mail: nodemailer out, IMAP in. */
import { NocturneError } from '../../../kernel/error.js';
import { readSecret } from '../channel-secret.js';
import type { Connect } from './connection.js';
import { fetchMail } from './email-in.js';
import { mailer } from './email-out.js';
import { mailServer } from './email-server.js';

export const email: Connect = (channel, place) => {
  const smtp = mailServer(channel.server, 'smtp');
  const password = smtp.user === '' ? '' : readSecret(channel.secret, place);
  const out = mailer(channel, smtp, password);
  return {
    send: (message) => out.send(message),
    close: () => out.close(),
    ...(channel.incomingServer === ''
      ? {}
      : {
          receive: (listening) => {
            const imap = mailServer(channel.incomingServer, 'imap');
            return fetchMail(imap, readSecret(channel.incomingSecret, place), listening);
          },
        }),
    async reply(incoming, text) {
      // Only to the address in CHANNELS.md: the sender's may be anybody's.
      const sent = await out.send(
        {
          id: `reply-${incoming.message.replace(/\W/g, '-')}`,
          about: 'reply',
          title: 'your answer',
          text,
          priority: 'medium',
          time: place.now(),
        },
        { 'Auto-Submitted': 'auto-replied' },
      );
      if (sent.kind !== 'sent') throw new NocturneError('RUN_FAILED', sent.why);
    },
  };
};
