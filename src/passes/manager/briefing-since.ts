/** Since when a briefing reports: since the page before its night, of which a night has several. */
import { fieldText, fieldTime } from '../../project/field-text.js';
import { nightIn, ownerZone } from '../../project/owner-zone.js';
import { lastRow } from '../../project/recent-rows.js';
import type { Snapshot } from '../../workspace/types.js';

/** @param instant in the night of the briefing. */
export function briefingSince(snapshot: Snapshot, instant: Date): Date {
  const zone = ownerZone(snapshot);
  const night = nightIn(zone, instant);
  const written = lastRow(
    snapshot,
    'AUDIT',
    (row) =>
      fieldText(row, 'type') === 'briefing_write' &&
      nightIn(zone, new Date(fieldTime(row, 'time') ?? 0)) !== night,
    'briefing_write',
  );
  return new Date(fieldTime(written, 'time') ?? 0);
}
