/** MESH.md with this node, or with a row for another one. */
import { NocturneError } from '../../../kernel/error.js';
import { previewChanges } from '../../../workspace/preview.js';
import type { Change, Snapshot } from '../../../workspace/types.js';
import { MESH_PAGE, type Peer } from '../settings.js';

export type OwnSettings = {
  readonly node: string;
  readonly url: string;
  readonly tags: readonly string[];
};

export function pageWithSettings(snapshot: Snapshot, { node, url, tags }: OwnSettings): string {
  const record = snapshot.records('MESH-SETTINGS')[0];
  if (record === undefined) throw noPage();
  const set = (field: string, value: string | readonly string[]): Change => ({
    kind: 'set',
    address: `MESH-SETTINGS[${record.key}].${field}`,
    value: typeof value === 'string' ? value : [...value],
  });
  return pageAfter(snapshot, [set('node', node), set('url', url), set('tags', tags)]);
}

/** With its row, which replaces the one that it had. */
export function pageWithPeer(snapshot: Snapshot, peer: Peer): string {
  const { node, key, may, tools } = peer;
  const before = snapshot.record('MESH-PEER', node);
  const fields = { key, may: [...may], tools: [...tools] };
  if (before === undefined)
    return pageAfter(snapshot, [
      { kind: 'insert', object: 'MESH-PEER', key: node, fields: { node, ...fields } },
    ]);
  return pageAfter(
    snapshot,
    Object.entries(fields).map(([field, value]) => ({
      kind: 'set',
      address: `MESH-PEER[${node}].${field}`,
      value,
    })),
  );
}

function pageAfter(snapshot: Snapshot, changes: readonly Change[]): string {
  const { files } = previewChanges(snapshot, { changes });
  const after = files.find(({ path }) => path === MESH_PAGE)?.after ?? snapshot.text(MESH_PAGE);
  if (after === undefined) throw noPage();
  return after.toString();
}

function noPage(): NocturneError {
  return new NocturneError('NOT_FOUND', `this workspace has no ${MESH_PAGE} with "## Settings"`, {
    hint: 'nocturne upgrade adds it',
  });
}
