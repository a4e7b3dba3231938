/** The language in which the owner writes answers, as USER.md names it. */
import type { Snapshot } from '../workspace/types.js';
import { fieldText } from './field-text.js';

export function ownerLanguage(snapshot: Snapshot): string {
  return fieldText(snapshot.records('OWNER')[0], 'language');
}
