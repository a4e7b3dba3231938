/** `mesh revoke NODE`: it is not a node of the mesh any more. */
import { stamp } from '../../../kernel/clock.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { withCommitMutex } from '../../../workspace/mutex.js';
import type { ModuleCommand } from '../../types.js';
import { changeRoster, leading } from '../join/change-roster.js';
import { untilApplied } from '../server/applied.js';
import { inForce } from './in-force.js';

export const meshRevoke: ModuleCommand = {
  summary: 'take a node out of the mesh at once: its connection is cut',
  forAgents: 'never',
  args: '<node>',
  options: [{ flags: '--yes', description: 'without asking' }],
  examples: ['nocturne mesh revoke gpu-box', 'nocturne mesh revoke gpu-box --yes'],
  async run(context, { args, options }) {
    context.requireOwner('revoking a node');
    const workspace = context.workspace();
    const { state, clock } = workspace;
    const node = args[0] ?? '';
    const { roster } = leading(state);
    const found = roster.nodes.find(({ id }) => id === node);
    if (found === undefined)
      throw new NocturneError('NOT_FOUND', `${roster.mesh} has no node "${node}"`, {
        hint: `nodes: ${roster.nodes.map(({ id }) => id).join(', ')}`,
      });
    if (node === roster.lead)
      throw new NocturneError('REFUSED', `${node} is the lead, which cannot revoke itself`);
    if (found.revoked !== undefined)
      return {
        exit: EXIT.ok,
        text: `${node} is already revoked.`,
        json: { node, revoked: found.revoked },
      };
    if (options['yes'] !== true && (await context.ask?.confirm(`Revoke ${node}?`)) !== true)
      return {
        exit: EXIT.refused,
        text: `${node} was not revoked. To do it: nocturne mesh revoke ${node} --yes`,
        json: { node },
      };
    const revoked = stamp(clock.now());
    const { roster: next } = withCommitMutex(workspace.root, () =>
      changeRoster(state, (nodes) =>
        nodes.map((each) => (each.id === node ? { ...each, revoked } : each)),
      ),
    );
    const taken = await untilApplied(state, { now: () => clock.now(), waitMs: 20_000 });
    return {
      exit: taken === 'late' ? EXIT.findings : EXIT.ok,
      text: [`${node} is no longer a node of ${roster.mesh}.`, ...inForce(taken)].join('\n'),
      json: { node, revoked, version: next.version, server: taken },
    };
  },
};
