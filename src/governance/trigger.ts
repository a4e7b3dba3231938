/** Whether a message engages its project, by the channel's trigger. An error never engages it. */
import { parseTriggerPattern } from '../project/trigger-pattern.js';
import { countMatches } from './conditions/regex.js';

export type Trigger = { readonly trigger: string; readonly pattern: string };
export type Triggering = {
  readonly engaged: boolean;
  readonly why: string;
  /** The trigger itself could not be evaluated. */
  readonly failed?: true;
};

/** @param message.mention set by the channel; the text is not searched for a name. */
export function triggers(
  by: Trigger,
  message: { readonly mention: boolean; readonly text: string },
  options: { readonly budgetMs?: number } = {},
): Triggering {
  switch (by.trigger) {
    case 'always':
      return { engaged: true, why: 'every message does' };
    case 'mention':
      return message.mention
        ? { engaged: true, why: 'the channel says that the agent is addressed' }
        : { engaged: false, why: 'the channel does not say that the agent is addressed' };
    case 'pattern':
      return byPattern(by.pattern, message.text, options);
    default:
      return { engaged: false, why: `there is no trigger "${by.trigger}"`, failed: true };
  }
}

function byPattern(
  source: string,
  text: string,
  options: { readonly budgetMs?: number },
): Triggering {
  const parsed = parseTriggerPattern(source);
  if (parsed.kind === 'invalid')
    return {
      engaged: false,
      why: `the pattern of the channel is invalid: ${parsed.why}`,
      failed: true,
    };
  const found = countMatches(parsed.pattern, text, { limit: 1, ...options });
  if (found.kind === 'timed-out')
    return {
      engaged: false,
      why: `the pattern took longer than ${found.milliseconds} ms`,
      failed: true,
    };
  return found.count > 0
    ? { engaged: true, why: 'the pattern matches' }
    : { engaged: false, why: 'the pattern does not match' };
}
