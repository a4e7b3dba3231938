import { messageOf } from '../kernel/error.js';
/**
 * The pattern of a channel: a regular expression that the owner wrote, compiled or with what is
 * wrong with it.
 */

export type TriggerPattern =
  | { readonly kind: 'pattern'; readonly pattern: RegExp }
  | { readonly kind: 'invalid'; readonly why: string };

export function parseTriggerPattern(source: string): TriggerPattern {
  if (source.trim() === '') return { kind: 'invalid', why: 'it is empty' };
  try {
    return { kind: 'pattern', pattern: new RegExp(source, 'u') };
  } catch (error) {
    return {
      kind: 'invalid',
      why: messageOf(error).replace(/^Invalid regular expression: /, ''),
    };
  }
}
