/** A workspace with one channel by e-mail, and its server. */
import type { Test } from 'tap';
import { type ChannelPlace, channelPlace } from './channel-place.js';
import { type MailPeer, mailPeer } from './peers/mail-peer.js';

export type Post = { readonly place: ChannelPlace; readonly peer: MailPeer };

type Servers = Pick<MailPeer, 'smtp' | 'imap'>;

/** @param reached how the channel names the servers, if not as they are. */
export async function mailPlace(
  t: Test,
  reached: (peer: MailPeer) => Promise<Servers> | Servers = (peer) => peer,
): Promise<Post> {
  const peer = await mailPeer();
  t.teardown(() => peer.close());
  const { smtp, imap } = await reached(peer);
  const place = channelPlace(t.testdir(), [
    {
      name: 'mail',
      fields: {
        Kind: 'email',
        To: 'ann@example.org',
        Senders: 'ann@example.org',
        Secret: 'env:MAIL',
        Server: smtp,
        'Incoming server': imap,
        From: 'bot@example.org',
      },
      destination: ['channel', 'email:ann@example.org'],
    },
  ]);
  place.env['MAIL'] = 'letters-of-the-bot';
  return { place, peer };
}
