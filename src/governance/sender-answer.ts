/** What to do about the owner's answer to a question about a sender. */
import type { Rec } from '../markdown/types.js';
import { fieldText } from '../project/field-text.js';
import type { Snapshot } from '../workspace/types.js';
import type { BundleCall } from './bundle-call.js';
import type { ReadAnswer } from '../project/verdict.js';

export type SenderAnswer = { readonly what: string; readonly calls: readonly BundleCall[] };

/** `undefined`: the notification is not an open question about a sender. */
export function senderAnswer(
  snapshot: Snapshot,
  question: Rec,
  read: ReadAnswer,
): SenderAnswer | undefined {
  const row = snapshot
    .records('SENDER-DECISION')
    .find(
      (record) =>
        fieldText(record, 'question') === question.key && fieldText(record, 'verdict') === 'asked',
    );
  if (row === undefined) return undefined;
  const who = `${JSON.stringify(fieldText(row, 'sender'))} on ${fieldText(row, 'channel')}`;
  const arrivals = fieldText(row, 'about') === 'arrivals';
  return read.verdict === 'yes'
    ? {
        what: arrivals ? `the messages of ${who} are taken` : `${who} may write from now on`,
        calls: [decide(row, 'allow', question.key), close(question, 'allowed')],
      }
    : {
        what: arrivals ? `the messages of ${who} are dropped` : `${who} is refused from now on`,
        calls: [decide(row, 'deny', question.key), close(question, 'denied')],
      };
}

function decide(row: Rec, verdict: 'allow' | 'deny', authorisation: string): BundleCall {
  return { bundle: 'sender_decide', args: { id: row.key, verdict, authorisation } };
}

function close(question: Rec, reason: string): BundleCall {
  return { bundle: 'notification_close', args: { id: question.key, reason } };
}
