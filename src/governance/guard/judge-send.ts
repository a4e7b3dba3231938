/** Whether something may be sent out of the workspace. */
import type { Judging, Verdicts } from './decide-types.js';
import { destinations, judgeSending, sentBy } from './egress.js';
import type { Action } from '../types.js';

/**
 * A pass of a project sends to what the owner lists; with a person present, anything else is asked
 * about.
 */
export function judgeSend(
  { snapshot, authority, options }: Judging,
  action: Action,
  verdicts: Verdicts,
): void {
  if (authority.kind === 'owner') return;
  if (authority.kind === 'reader')
    return void verdicts.reasons.push({
      code: 'send-denied',
      message: 'a send needs the token of a live pass; without one everything is read-only',
    });
  if (authority.kind === 'pass' && authority.project === undefined)
    return void verdicts.reasons.push({
      code: 'send-denied',
      message: 'a pass without a project sends nothing out of the workspace',
    });
  const runId = authority.kind === 'pass' ? authority.runId : '';
  const content =
    typeof action.content === 'string'
      ? action.content
      : Buffer.from(action.content ?? '').toString('latin1');
  const sent = (name: string): number =>
    sentBy(snapshot, runId, name) + (options.sent?.get(name) ?? 0);
  const judged = judgeSending(
    destinations(snapshot),
    {
      to: action.to ?? '',
      content,
      project: authority.kind === 'pass' ? authority.project : undefined,
    },
    sent,
  );
  verdicts.reasons.push(...judged.reasons);
  if (judged.destination !== undefined) verdicts.used.add(judged.destination);
}
