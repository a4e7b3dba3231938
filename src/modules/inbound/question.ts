/**
 * The question about a sender: who it is, whom it could imitate, and what an answer does. It never
 * contains the message's text.
 */
import { lookAlikes } from '../../governance/admission.js';
import type { InboundPolicy } from '../../governance/inbound-policy.js';
import type { BundleArguments } from '../../workspace/bundle.js';
import type { IncomingMessage } from './read-incoming-message.js';

export type Asking = {
  readonly policy: InboundPolicy;
  readonly message: IncomingMessage;
  readonly about: 'sender' | 'arrivals';
  /** The id of the row and of the notification. */
  readonly id: string;
  readonly question: string;
};

export function askArguments({ policy, message, about, id, question }: Asking): BundleArguments {
  const who = `${JSON.stringify(message.sender)} on ${message.channel}`;
  const alike = lookAlikes(policy, message);
  const warning =
    alike.length === 0
      ? ''
      : ` It looks like ${alike.map((sender) => JSON.stringify(sender)).join(', ')}, whom you allow, but it is a different name${strange(message.sender)}.`;
  const asked =
    about === 'sender'
      ? `May ${who} write to this workspace?${warning} Answer yes to accept the waiting and all future messages, or no to refuse the sender from now on.`
      : `Messages from ${who} appeared while an agent was working, and the agent could have written them. Did the sender send them?${warning} Answer yes to accept them, or no to delete them.`;
  const body = `The message is in \`inbox/quarantine/${message.key}.md\`, and in no prompt until you answer. \`nocturne inbox list\` shows all waiting messages.`;
  return {
    id,
    channel: message.channel,
    sender: message.sender,
    about,
    question,
    title:
      about === 'sender'
        ? `Unknown sender on ${message.channel}`
        : `Unverified messages on ${message.channel}`,
    action_needed: asked,
    body,
  };
}

/** The code points of a name that are not ASCII. */
function strange(name: string): string {
  const points = [...new Set([...name].filter((letter) => letter > '~'))].map(
    (letter) => `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
  return points.length === 0 ? '' : ` (its name contains ${points.slice(0, 8).join(', ')})`;
}
