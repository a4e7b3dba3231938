/** `nocturne mesh nodes`: the other nodes, each with its state and how old that is. */
import { EXIT } from '../../../kernel/error.js';
import { textTable } from '../../../report/text-table.js';
import type { ModuleCommand } from '../../types.js';
import { type MeshNodeView, meshView } from '../node/mesh-view.js';
import { ageText, reachText } from '../node/reach-text.js';

export const meshNodes: ModuleCommand = {
  summary: 'list the other nodes of the mesh, and how each of them is',
  forAgents: 'project',
  examples: ['nocturne mesh nodes', 'nocturne mesh nodes --json'],
  run(context) {
    const { state, ...workspace } = context.workspace();
    const snapshot = workspace.snapshot();
    const view = meshView({ snapshot, state });
    const { reach, nodes } = view;
    const said = reachText(view, snapshot.now.getTime());
    const table = nodesTable(nodes, context.width);
    const text = reach === 'off' ? said : `${said}\n${table}`;
    return { exit: EXIT.ok, text, json: { on: reach !== 'off', reach, nodes } };
  },
};

export function nodesTable(nodes: readonly MeshNodeView[], width: number): string {
  if (nodes.length === 0)
    return 'There is no other node yet: nocturne mesh invite, on the lead, lets one in.';
  return textTable({
    head: ['node', 'state', 'heard', 'tags', 'works on', 'may here', 'note'],
    width,
    rows: nodes.map((node) => [
      node.isLead ? `${node.id} (lead)` : node.id,
      node.state,
      node.ageMs === undefined ? 'never' : `${ageText(node.ageMs)} ago`,
      node.tags.join(', '),
      `${node.running.length} of ${node.capacity}`,
      node.may.length === 0 ? 'nothing' : node.may.join(', '),
      noteOf(node),
    ]),
  });
}

export function noteOf({ left, notGranted, worksWithUs, version }: MeshNodeView): string {
  return [
    ...(left ? ['it said that it leaves'] : []),
    ...(notGranted.length === 0 ? [] : [`says ${notGranted.join(', ')}, which is not granted`]),
    ...(worksWithUs ? [] : [`version ${version} of the protocol, too far from ours`]),
  ].join('; ');
}
