/** What a form of a page showed: a record and the hash of what stood in it, as one word. */
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import type { Rec } from '../markdown/types.js';
import type { Snapshot } from '../workspace/types.js';
import { fieldText } from './field-text.js';

/** `NOTIFICATION N-20261121-001 1f0c…`: goes into a form, and comes back with it. */
export function seenRecord(record: Rec): string {
  const fields = [...record.fields.keys()].map((name) => [name, fieldText(record, name)]);
  return `${record.object} ${record.key} ${sha256(JSON.stringify(fields)).slice(0, 20)}`;
}

/** @throws NocturneError `STALE` if the record is not what the form showed. */
export function checkSeen(snapshot: Snapshot, seen: string): void {
  const [object = '', ...rest] = seen.split(' ');
  const key = rest.slice(0, -1).join(' ');
  const record = snapshot.schema.objects.has(object) ? snapshot.record(object, key) : undefined;
  if (record !== undefined && seenRecord(record) === seen) return;
  throw new NocturneError('STALE', whatHappened(key, record), {
    hint: 'nothing was done; look at it as it is now, then decide again',
  });
}

function whatHappened(key: string, record: Rec | undefined): string {
  if (record === undefined) return `${key} no longer exists`;
  const answer = fieldText(record, 'answer');
  return answer === ''
    ? `${key} has changed since this page was made`
    : `${key} has been answered since: "${answer}"`;
}
