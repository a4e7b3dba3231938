/** A workspace with one channel by e-mail, and its server. */
import type { Test } from 'tap';
import { type ChannelPlace, channelPlace } from './channel-place.js';
import { type MailPeer, mailPeer } from './peers/mail-peer.js';

export type Post = { readonly place: ChannelPlace; readonly peer: MailPeer };

export async function mailPlace(t: Test): Promise<Post> {
  const peer = await mailPeer();
  t.teardown(() => peer.close());
  const place = channelPlace(t.testdir(), [
    {
      name: 'mail',
      fields: {
        Kind: 'email',
        To: 'ann@example.org',
        Senders: 'ann@example.org',
        Secret: 'env:MAIL',
        Server: peer.smtp,
        'Incoming server': peer.imap,
        From: 'bot@example.org',
      },
      destination: ['channel', 'email:ann@example.org'],
    },
  ]);
  place.env['MAIL'] = 'letters-of-the-bot';
  return { place, peer };
}
