/** What `status` and `doctor` say about the mesh. */
import { broken, type Observation, off, working } from '../../../kernel/observation.js';
import type { KeptContext, ModuleState } from '../../../passes/module.js';
import { keptRoster } from '../roster.js';
import type { MeshSettings } from '../settings.js';
import { laneLine, tasksByState } from '../commands/status.js';
import { type MeshView, meshView } from './mesh-view.js';
import { overdueTasks } from './overdue-tasks.js';
import { reachText } from './reach-text.js';
import { deadLetterLine, deadLetters, recentRefusals, refusalLine } from './troubles.js';
import { waitingLanes } from './waiting-lanes.js';

/** For `status`. */
export function meshState({ snapshot, state }: KeptContext): ModuleState | undefined {
  const view = meshView({ snapshot, state });
  const { reach, settings, nodes } = view;
  if (settings === undefined) return undefined;
  const now = snapshot.now.getTime();
  const isLame = reach === 'deaf' || reach === 'unreached' || view.distrust !== undefined;
  const lanes = reach === 'off' ? [] : waitingLanes(snapshot, nodes);
  return {
    lines: [
      ...(isLame ? [`Mesh: ${reachText(view, now)}`] : []),
      ...lanes.map((lane) => `Mesh: ${laneLine(lane)}`),
    ],
    facts: {
      reach,
      node: settings.node,
      url: settings.url,
      nodes: nodes.map(({ id, state: is, ageMs }) => ({ id, state: is, ageMs: ageMs ?? null })),
      tasks: tasksByState(snapshot),
    },
  };
}

/** For `doctor`. */
export function meshObservations({ snapshot, state }: KeptContext): readonly Observation[] {
  const view = meshView({ snapshot, state });
  const { settings, reach, distrust } = view;
  if (settings === undefined) return [];
  if (distrust !== undefined)
    return [
      broken(`the mesh is off: ${distrust}`, 'review the pages, then run nocturne sign --all'),
    ];
  return [
    reachObservation(view, snapshot.now.getTime()),
    ...strangers(settings, state),
    ...(reach === 'connected' ? waitingLanes(snapshot, view.nodes) : []).map((lane) =>
      broken(laneLine(lane), 'nocturne mesh nodes, then allow a node, or cancel the task'),
    ),
    ...overdueTasks(snapshot).map(({ task, why }) =>
      broken(
        `the task ${task} ${why}`,
        `nocturne mesh cancel ${task}, or nocturne mesh retry ${task}`,
      ),
    ),
    ...deadLetters(snapshot).map((letter) => broken(deadLetterLine(letter), letter.fix)),
    ...recentRefusals(snapshot).map((refusals) =>
      off(refusalLine(refusals), 'nocturne mesh nodes; nocturne mesh revoke, on the lead'),
    ),
  ];
}

function reachObservation(view: MeshView, now: number): Observation {
  const said = reachText(view, now);
  if (view.reach === 'connected') return working(said);
  return view.reach === 'unserved'
    ? off(said)
    : broken(said, 'nocturne mesh doctor finds where it breaks');
}

/** Rows whose key is not the one of the node that has this name now: they allow nothing. */
function strangers({ peers }: MeshSettings, state: string): readonly Observation[] {
  const roster = keptRoster(state);
  if (roster === undefined) return [];
  return peers.flatMap(({ node, key, may }) => {
    const known = roster.nodes.find(({ id }) => id === node);
    if (known === undefined)
      return [broken(`MESH.md has a row for ${node}, which is not a node of the mesh`, REMOVE)];
    if (known.revoked !== undefined)
      return [broken(`MESH.md has a row for ${node}, which was revoked`, REMOVE)];
    return known.key === key
      ? []
      : [
          broken(
            `the key of ${node} in MESH.md is not the one of the mesh: the row allows nothing`,
            `ask the owner of ${node} for its key, then nocturne mesh allow ${[node, ...may].join(' ')}`,
          ),
        ];
  });
}

const REMOVE = 'take the row out of orchestration-os/MESH.md, and sign the page';
