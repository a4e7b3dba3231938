/** Who wrote a file last, and why: stands wherever a page shows one. */
import { fieldText } from '../../project/field-text.js';
import { localTime } from '../../project/local-time.js';
import { ownerZone } from '../../project/owner-zone.js';
import { lastRow } from '../../project/recent-rows.js';
import type { Snapshot } from '../../workspace/types.js';

export type LastChange = {
  /** The file, or the field of it that was written. */
  readonly address: string;
  readonly writer: string;
  readonly runId: string;
  readonly reason: string;
  /** A stored time. */
  readonly written: string;
  /** The file is not as this change left it. */
  readonly isEditedSince: boolean;
};

/** By the change log; nothing for a file that no commit has written. */
export function lastChangeOf(snapshot: Snapshot, path: string): LastChange | undefined {
  const isOf = (address: string): boolean => address === path || address.startsWith(`${path}#`);
  const row = lastRow(snapshot, 'CHANGE', (change) => isOf(fieldText(change, 'address')), path);
  if (row === undefined) return undefined;
  const [address, hash] = [fieldText(row, 'address'), snapshot.hash(path)];
  return {
    address,
    writer: fieldText(row, 'writer'),
    runId: fieldText(row, 'run_id'),
    reason: fieldText(row, 'reason'),
    written: fieldText(row, 't_written'),
    isEditedSince:
      address === path && fieldText(row, 'new') !== (hash === undefined ? '' : `sha256:${hash}`),
  };
}

export function LastChanged({
  snapshot,
  path,
}: {
  readonly snapshot: Snapshot;
  readonly path: string;
}) {
  const last = lastChangeOf(snapshot, path);
  if (last === undefined) return <p class="note">No commit has changed {path}.</p>;
  const { address, writer, runId, reason, written, isEditedSince } = last;
  const field = address === path ? '' : ` (${address.slice(path.length + 1)})`;
  return (
    <p class="note">
      Last changed {localTime(written, ownerZone(snapshot))} by {writer}
      {runId === '' ? null : (
        <>
          {' in '}
          <a href={`/runs/${runId}`}>{runId}</a>
        </>
      )}
      {`${field}: ${reason}.`}
      {isEditedSince ? ' It was edited outside Nocturne since then.' : ''}{' '}
      <a href={`/history/page?path=${encodeURIComponent(path)}`}>Earlier versions</a>
    </p>
  );
}
