/** What changed, line by line, from the change log and the stored contents it names. */
import { withoutSecrets } from '../../governance/guard/secrets.js';
import { NocturneError } from '../../kernel/error.js';
import { plural } from '../../kernel/words.js';
import { fieldText } from '../../project/field-text.js';
import { rowsOfRun } from '../../project/recent-rows.js';
import { storedText } from '../../workspace/history.js';
import { getObject, isLargeObject } from '../../workspace/objects.js';
import type { Snapshot } from '../../workspace/types.js';
import { unifiedDiff } from './show-diff.js';

export type RunDifference = { readonly path: string; readonly diff: string };

const MOST_BYTES = 512 * 1024;
/** Lines of one file, and of all. */
const MOST_LINES = 80;
const MOST_IN_ALL = 400;
const HASHED = /^sha256:([0-9a-f]{64})$/;

export type Change = { readonly old: string; readonly new: string };

/** @param written the files that the agent wrote; a file without a row has no difference. */
export function runDifferences(
  snapshot: Snapshot,
  runId: string,
  written: readonly string[],
): readonly RunDifference[] {
  return fileDifferences(snapshot, changesOf(snapshot, runId), written);
}

/** @param changes by address, as the change log writes them. */
export function fileDifferences(
  snapshot: Snapshot,
  changes: ReadonlyMap<string, Change>,
  paths: readonly string[],
): readonly RunDifference[] {
  let left = MOST_IN_ALL;
  return paths.map((path) => {
    if (left <= 0) return { path, diff: '… not compared here: too much changed' };
    const whole = changes.get(path);
    const fields = [...changes].filter(([address]) => address.startsWith(`${path}#`));
    const text =
      whole === undefined
        ? fields
            .map(([address, change]) => fieldDiff(snapshot, address.slice(path.length), change))
            .join('\n')
        : fileDiff(snapshot, path, whole);
    const lines = text === '' ? [] : text.trimEnd().split('\n');
    const shown = lines.slice(0, Math.min(MOST_LINES, left));
    left -= shown.length;
    const more = lines.length - shown.length;
    return {
      path,
      diff: [...shown, ...(more > 0 ? [`… ${plural(more, 'more line')}`] : [])].join('\n'),
    };
  });
}

/** By address: what it was before the run, and what it was after it. */
function changesOf(snapshot: Snapshot, runId: string): ReadonlyMap<string, Change> {
  const changes = new Map<string, Change>();
  for (const row of rowsOfRun(snapshot, 'CHANGE', runId)) {
    const address = fieldText(row, 'address');
    const old = changes.get(address)?.old ?? fieldText(row, 'old');
    changes.set(address, { old, new: fieldText(row, 'new') });
  }
  return changes;
}

/** One line, or a diff where a value has several. */
function fieldDiff(snapshot: Snapshot, field: string, change: Change): string {
  const [old, now] = [change.old, change.new].map((value) => storedText(snapshot.root, value));
  if (old === undefined || now === undefined) return `${field}: its value is no longer stored`;
  const [before, after] = [withoutSecrets(old), withoutSecrets(now)];
  if (`${before}${after}`.includes('\n'))
    return unifiedDiff({ path: field, before, after }).trimEnd();
  return `${field}: ${before || 'nothing'} → ${after || 'nothing'}`;
}

function fileDiff(snapshot: Snapshot, path: string, change: Change): string {
  const read = (value: string): string | Buffer | undefined => contentOf(snapshot, path, value);
  const [before, after] = [read(change.old), read(change.new)];
  if (before === 'gone' || after === 'gone') return 'its content is no longer stored';
  if (before === 'large' || after === 'large') return 'too large to be compared here';
  return unifiedDiff({ path, before, after });
}

/** The present content is read from the file: nobody has stored an edit outside Nocturne. */
function contentOf(
  snapshot: Snapshot,
  path: string,
  value: string,
): 'gone' | 'large' | Buffer | undefined {
  const hash = HASHED.exec(value)?.[1];
  if (hash === undefined) return undefined;
  try {
    const now = snapshot.files.get(path)?.size ?? 0;
    const isNow = now > 0 && now <= MOST_BYTES && snapshot.hash(path) === hash;
    if (!isNow && isLargeObject(snapshot.root, hash)) return 'large';
    const bytes = (isNow ? snapshot.bytes(path) : undefined) ?? getObject(snapshot.root, hash);
    if (bytes.length > MOST_BYTES) return 'large';
    return bytes.includes(0) ? bytes : Buffer.from(withoutSecrets(bytes.toString('utf8')));
  } catch (error) {
    if (error instanceof NocturneError) return 'gone';
    throw error;
  }
}
