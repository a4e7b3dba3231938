/** MESH.md: whether this workspace is in a mesh, and what it lets each other node do. */
import { notAsSigned } from '../../integrity/page-as-signed.js';
import { fieldInt, fieldList, fieldText } from '../../project/field-text.js';
import { MANIFEST_FILE } from '../../integrity/manifest.js';
import { REGISTRY_FILE } from '../../registry/load-schema.js';
import { openSnapshot } from '../../workspace/snapshot.js';
import type { Snapshot, Workspace } from '../../workspace/types.js';
import { entryAt } from '../../workspace/walk.js';

export const MESH_PAGE = 'orchestration-os/MESH.md';

/**
 * `propose`: this node works on its tasks. `work`: it may work on ours. `call`: it may ask our
 * agents. `models`, `search`, `mail`: our models, our knowledge, our agents' mail.
 */
export const PERMISSIONS = ['propose', 'work', 'call', 'models', 'search', 'mail'] as const;
export type Permission = (typeof PERMISSIONS)[number];
export type Peer = {
  readonly node: string;
  /** Its public signing key, as the owner has seen it. */
  readonly key: string;
  /** Empty: nothing. */
  readonly may: readonly Permission[];
  /** Tools that it may call here. Empty: none. */
  readonly tools: readonly string[];
};
export type MeshSettings = {
  readonly node: string;
  /** Such as `tls://lead.example:4222`. */
  readonly url: string;
  readonly tags: readonly string[];
  /** Tasks of others at once. */
  readonly capacity: number;
  /** Whose grader looks at results here: NODE or `tags:a,b`. */
  readonly grader?: string;
  readonly peers: readonly Peer[];
};

/** Nothing: the mesh is off. */
export function meshSettings(snapshot: Snapshot): MeshSettings | undefined {
  const record = snapshot.records('MESH-SETTINGS')[0];
  const [node, url] = [fieldText(record, 'node'), fieldText(record, 'url')];
  if (node === '' || url === '') return undefined;
  return {
    node,
    url,
    tags: fieldList(record, 'tags'),
    capacity: fieldInt(record, 'capacity') ?? 1,
    ...(fieldText(record, 'grader') === '' ? {} : { grader: fieldText(record, 'grader') }),
    peers: snapshot.records('MESH-PEER').map((row) => ({
      node: row.key,
      key: fieldText(row, 'key'),
      may: fieldList(row, 'may') as readonly Permission[],
      tools: fieldList(row, 'tools'),
    })),
  };
}

/** Why the mesh does not work now: what the owner has not signed allows nobody anything. */
export function meshDistrusted(
  workspace: Pick<Workspace, 'state'>,
  snapshot: Snapshot,
): string | undefined {
  const unsigned = notAsSigned(workspace, snapshot, [REGISTRY_FILE, MESH_PAGE]);
  return unsigned ?? (snapshot.schema.objects.has('MESH-PEER') ? undefined : OLD_REGISTRY);
}

/**
 * As MESH.md says now; nothing while the mesh is off or its page is not signed. Only the pages that
 * decide are looked at, so a message costs no walk through the workspace.
 */
export function settingsNow(
  workspace: Pick<Workspace, 'root' | 'state' | 'clock'>,
): MeshSettings | undefined {
  const { root, clock } = workspace;
  const entries = [REGISTRY_FILE, MANIFEST_FILE, MESH_PAGE].flatMap((path) => {
    const entry = entryAt(root, path);
    return entry === undefined ? [] : [[path, entry] as const];
  });
  const snapshot = openSnapshot(root, { now: clock.now(), files: new Map(entries) });
  return meshDistrusted(workspace, snapshot) === undefined ? meshSettings(snapshot) : undefined;
}

const OLD_REGISTRY =
  'REGISTRY.md of this workspace does not declare the mesh yet: nocturne upgrade';
