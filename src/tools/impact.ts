/** What a change to a file would reach, along the edges of R4. */
import { z } from 'zod';
import { NocturneError } from '../kernel/error.js';
import { nearestName } from '../kernel/nearest-name.js';
import { impactOf } from '../registry/impact.js';
import type { ImpactedNode } from '../registry/types.js';
import type { Snapshot } from '../workspace/types.js';
import { tool } from './tool.js';

export const impactTool = tool({
  name: 'impact',
  description: 'What depends on a file: what a change of it would reach, and along which edge.',
  args: z.strictObject({ path: z.string() }),
  need: 'project',
  doors: ['mcp', 'command line'],
  readOnly: true,
  structured: true,
  ofPass: false,
  run(context, { path }) {
    const nodes = impactOn(context.seen(), [path]);
    const lines = nodes.map(
      ({ file, edge, via, ...node }) =>
        `${file} (${edge} ${via}${node.protected ? ', protected' : ''})`,
    );
    return {
      text: lines.length === 0 ? `Nothing depends on ${path}.` : lines.join('\n'),
      data: { files: [path], nodes },
    };
  },
});

/** @throws NocturneError `NOT_FOUND` for a name that is neither in the workspace nor in R4. */
export function impactOn(
  snapshot: Snapshot,
  names: readonly string[],
  most?: number,
): readonly ImpactedNode[] {
  const nodes = impactOf(snapshot.schema, snapshot.files.keys(), names, most);
  for (const name of names)
    if (nodes.every((node) => node.via !== name)) refuseUnknown(snapshot, name);
  return nodes;
}

/** A file that does not exist yet may be asked about if an edge names it. */
function refuseUnknown(snapshot: Snapshot, name: string): void {
  if (
    snapshot.files.has(name) ||
    snapshot.schema.edges.some((edge) => edge.source === name || edge.target === name)
  )
    return;
  if (name.startsWith('BUNDLE:') && snapshot.schema.bundles.has(name.slice('BUNDLE:'.length)))
    return;
  const near = nearestName(name, [
    ...snapshot.files.keys(),
    ...[...snapshot.schema.bundles.keys()].map((bundle) => `BUNDLE:${bundle}`),
  ]);
  throw new NocturneError(
    'NOT_FOUND',
    `there is no ${name} in the workspace, and no edge of R4 knows it`,
    { hint: near === undefined ? 'paths are relative to the workspace' : `did you mean ${near}?` },
  );
}
