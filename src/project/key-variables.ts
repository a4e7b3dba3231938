/** Which environment variables hold keys of models, so that no agent gets them. */
import type { Snapshot } from '../workspace/types.js';
import { fieldText } from './field-text.js';

const FIELD = 'api_key_env';
/** What programs read by themselves if nobody tells them otherwise. */
const WELL_KNOWN = ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY'];

/** Those, and what `api_key_env` of any record names. */
export function keyVariables(snapshot: Snapshot): readonly string[] {
  const named = [...snapshot.schema.objects]
    .filter(([, { fields }]) => fields.has(FIELD))
    .flatMap(([object]) => snapshot.records(object))
    .map((record) => fieldText(record, FIELD))
    .filter((name) => name !== '' && name !== '-');
  return [...new Set([...WELL_KNOWN, ...named])].sort();
}
