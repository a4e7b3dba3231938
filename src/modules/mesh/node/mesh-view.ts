/** The mesh as this workspace knows it, from its files alone: for commands, pages and `doctor`. */
import type { Snapshot } from '../../../workspace/types.js';
import { keptRoster, type Roster } from '../roster.js';
import { type MeshSettings, meshDistrusted, meshSettings, type Permission } from '../settings.js';
import { type NodeState, nodeState, tagsThatCount } from './node-state.js';
import { isServed, readSeen, type Seen, type SeenNode } from './seen.js';
import { worksWithUs } from './read-announcement.js';

export type MeshNodeView = {
  readonly id: string;
  readonly state: NodeState;
  /** Since it was last heard. */
  readonly ageMs?: number;
  readonly isLead: boolean;
  /** That count: granted by the lead and announced. */
  readonly tags: readonly string[];
  readonly granted: readonly string[];
  /** Announced, but not granted. */
  readonly notGranted: readonly string[];
  readonly models: readonly string[];
  readonly tools: readonly string[];
  readonly capacity: number;
  readonly running: SeenNode['running'];
  readonly version?: string;
  readonly worksWithUs: boolean;
  /** What it may do here. */
  readonly may: readonly Permission[];
  readonly left: boolean;
};
/** `server`: `off` if the mesh is. `unserved`: no service of this workspace runs. */
export type Reach = 'off' | 'connected' | 'deaf' | 'unreached' | 'unserved';
export type MeshView = {
  readonly reach: Reach;
  /** Why it is off although MESH.md names a mesh. */
  readonly distrust?: string;
  readonly settings?: MeshSettings;
  readonly roster?: Roster;
  readonly seen?: Seen;
  readonly nodes: readonly MeshNodeView[];
};
/** `now`: for a page whose snapshot may be older. */
type Where = { readonly snapshot: Snapshot; readonly state: string; readonly now?: Date };

export function meshView({ snapshot, state, now: time = snapshot.now }: Where): MeshView {
  const settings = meshSettings(snapshot);
  if (settings === undefined) return { reach: 'off', nodes: [] };
  const distrust = meshDistrusted({ state }, snapshot);
  if (distrust !== undefined) return { reach: 'off', distrust, settings, nodes: [] };
  const roster = keptRoster(state);
  const kept = readSeen(state);
  const seen = kept?.url === settings.url && kept.node === settings.node ? kept : undefined;
  const now = time.getTime();
  const reach = reachOf(seen, now);
  const nodes = (roster?.nodes ?? [])
    .filter(({ id, revoked }) => revoked === undefined && id !== settings.node)
    .map(({ id, tags }) =>
      viewOf(
        seen?.nodes.find((node) => node.id === id),
        {
          id,
          granted: tags,
          now,
          isConnected: reach === 'connected',
          isLead: roster?.lead === id,
          may: settings.peers.find(({ node }) => node === id)?.may ?? [],
        },
      ),
    );
  return {
    reach,
    settings,
    nodes,
    ...(roster === undefined ? {} : { roster }),
    ...(seen === undefined ? {} : { seen }),
  };
}

function reachOf(seen: Seen | undefined, now: number): Reach {
  if (seen === undefined || !isServed(seen, now)) return 'unserved';
  return seen.connection === 'stopped' ? 'unserved' : seen.connection;
}

function viewOf(
  seen: SeenNode | undefined,
  known: Pick<MeshNodeView, 'id' | 'granted' | 'isLead' | 'may'> & {
    readonly now: number;
    readonly isConnected: boolean;
  },
): MeshNodeView {
  const { id, granted, now, isConnected, isLead, may } = known;
  const ageMs = seen === undefined ? undefined : Math.max(0, now - seen.heardAt);
  const left = seen?.leaves === true;
  const tags = tagsThatCount(granted, seen?.tags ?? []);
  return {
    id,
    state: nodeState({ ageMs, leaves: left, isConnected }),
    ...(ageMs === undefined ? {} : { ageMs }),
    isLead,
    tags,
    granted,
    notGranted: (seen?.tags ?? []).filter((tag) => !tags.includes(tag)),
    models: seen?.models ?? [],
    tools: seen?.tools ?? [],
    capacity: seen?.capacity ?? 0,
    running: seen?.running ?? [],
    ...(seen === undefined ? {} : { version: seen.version }),
    worksWithUs: seen === undefined || worksWithUs(seen),
    may,
    left,
  };
}
