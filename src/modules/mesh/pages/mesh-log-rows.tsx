/** What was exchanged with other nodes: the last rows of the mesh log. */
import { fieldText } from '../../../project/field-text.js';
import { localTime } from '../../../project/local-time.js';
import { Empty, Section, Table } from '../../../report/html/html.js';
import type { Snapshot } from '../../../workspace/types.js';

const MOST = 50;
const COLUMNS = ['time', 'event', 'node', 'task', 'attempt', 'why'] as const;

export function MeshLog({
  snapshot,
  zone,
}: {
  readonly snapshot: Snapshot;
  readonly zone: string;
}) {
  const rows: (readonly string[])[] = [];
  for (const row of snapshot.rows('MESH-EVENT', { newestFirst: true })) {
    rows.push(
      COLUMNS.map((name) =>
        name === 'time' ? localTime(fieldText(row, name), zone) : fieldText(row, name),
      ),
    );
    if (rows.length === MOST) break;
  }
  return (
    <Section
      title="Exchanged"
      id="exchanged"
      note={`the last ${MOST} rows of audit/mesh-log.jsonl`}
    >
      {rows.length === 0 ? (
        <Empty>Nothing has gone out or come in yet.</Empty>
      ) : (
        <Table caption="Exchanged" columns={COLUMNS.map((label) => ({ label }))} rows={rows} />
      )}
    </Section>
  );
}
