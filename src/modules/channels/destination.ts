/** Where a channel sends, as the owner's list of destinations names it. */
import { destinations, judgeSending } from '../../governance/guard/egress.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Channel } from './owner-channel.js';

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/;

/** For addresses: the address itself. Else `KIND:TARGET`, and for what stays here `KIND:URL`. */
export function destinationOf({ kind, to }: Pick<Channel, 'kind' | 'to'>): string {
  switch (kind) {
    case 'email':
      return `email:${to}`;
    case 'ntfy':
    case 'webhook':
      return isLoopback(to) ? `${kind}:${to}` : to;
    case 'host':
      return to;
    default:
      return `${kind}:${to}`;
  }
}

/** Why nothing may be sent there: every reason. Empty if it may. */
export function notAllowed(
  snapshot: Snapshot,
  channel: Pick<Channel, 'kind' | 'to'>,
  message: { readonly content: string; readonly project?: string },
): readonly string[] {
  const { content, project } = message;
  const sending = { to: destinationOf(channel), content, project };
  return judgeSending(destinations(snapshot), sending, () => 0).reasons.map(
    (reason) => reason.message,
  );
}

/** Whether an address needs no encryption, because nothing leaves this machine. */
export function isLoopback(address: string): boolean {
  return URL.canParse(address) && LOOPBACK.test(new URL(address).hostname);
}
