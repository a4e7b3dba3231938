/** What a run changed, line by line, from the change log and the stored contents it names. */
import { withoutSecrets } from '../../governance/guard/secrets.js';
import { NocturneError } from '../../kernel/error.js';
import { plural } from '../../kernel/words.js';
import { fieldText } from '../../project/field-text.js';
import { rowsOfRun } from '../../project/recent-rows.js';
import { getObject, isLargeObject } from '../../workspace/objects.js';
import type { Snapshot } from '../../workspace/types.js';
import { unifiedDiff } from './show-diff.js';

export type RunDifference = { readonly path: string; readonly diff: string };

const MOST_BYTES = 512 * 1024;
/** Lines of one file, and of all. */
const MOST_LINES = 80;
const MOST_IN_ALL = 400;
const HASHED = /^sha256:([0-9a-f]{64})$/;

type Change = { readonly old: string; readonly new: string };

/** @param written the files that the agent wrote; a file without a row has no difference. */
export function runDifferences(
  snapshot: Snapshot,
  runId: string,
  written: readonly string[],
): readonly RunDifference[] {
  const changes = changesOf(snapshot, runId);
  let left = MOST_IN_ALL;
  return written.map((path) => {
    const whole = changes.get(path);
    const fields = [...changes].filter(([address]) => address.startsWith(`${path}#`));
    const text =
      whole === undefined
        ? fields
            .map(([address, change]) => fieldLine(address.slice(path.length), change))
            .join('\n')
        : fileDiff(snapshot.root, path, whole);
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

function fieldLine(field: string, change: Change): string {
  const shown = (value: string): string => (value === '' ? 'nothing' : withoutSecrets(value));
  return `${field}: ${shown(change.old)} → ${shown(change.new)}`;
}

function fileDiff(root: string, path: string, change: Change): string {
  const [before, after] = [contentOf(root, change.old), contentOf(root, change.new)];
  if (before === 'gone' || after === 'gone') return 'its content is no longer stored';
  if (before === 'large' || after === 'large') return 'too large to be compared here';
  return unifiedDiff({ path, before, after });
}

function contentOf(root: string, value: string): string | Buffer | undefined {
  const hash = HASHED.exec(value)?.[1];
  if (hash === undefined) return undefined;
  try {
    if (isLargeObject(root, hash)) return 'large';
    const bytes = getObject(root, hash);
    if (bytes.length > MOST_BYTES) return 'large';
    return bytes.includes(0) ? bytes : Buffer.from(withoutSecrets(bytes.toString('utf8')));
  } catch (error) {
    if (error instanceof NocturneError) return 'gone';
    throw error;
  }
}
