/** `impact`: what a change of some files reaches, along the edges of R4. */
import { EXIT } from '../../../kernel/error.js';
import { routeOf } from '../../../registry/route.js';
import { impactOn } from '../../../tools/impact.js';
import type { Snapshot } from '../../../workspace/types.js';
import { dot, GRAPH_FORMATS, mermaid } from '../draw-graph.js';
import { paint } from '../paint.js';
import { textTable } from '../table.js';
import type { Command, Context } from '../types.js';
import { workspacePath } from '../workspace-path.js';

export const command: Command = {
  args: '<files...>',
  options: [{ flags: '--format <format>', description: 'how to print it', choices: GRAPH_FORMATS }],
  examples: [
    'nocturne impact SOUL.md',
    'nocturne impact PROJECTS/inventory/PHASES.md --format mermaid',
    'nocturne impact BUNDLE:pass_record',
  ],
  run(context, { args, options }) {
    const snapshot = context.workspace().snapshot();
    const names = args.map((name) => nodeOf(context, snapshot, name));
    const nodes = impactOn(snapshot, names);
    const isProtected = (path: string): boolean =>
      snapshot.files.has(path) && routeOf(snapshot.schema, path).tier === 'PROTECTED';
    const drawing = {
      edges: nodes.map((node) => ({ from: node.via, label: node.edge, to: node.file })),
      marked: new Set([
        ...names.filter(isProtected),
        ...nodes.filter((node) => node.protected).map((node) => node.file),
      ]),
    };
    const json = { files: names, nodes };
    if (options['format'] === 'mermaid')
      return { exit: EXIT.ok, text: '', json, raw: mermaid(drawing) };
    if (options['format'] === 'dot') return { exit: EXIT.ok, text: '', json, raw: dot(drawing) };
    if (options['format'] === 'json')
      return {
        exit: EXIT.ok,
        text: '',
        json,
        raw: JSON.stringify({ schema: 1, ok: true, ...json }),
      };
    const colour = paint(context);
    const table = textTable({
      head: ['reaches', 'edge', 'via', ''],
      width: context.width,
      rows: nodes.map((node) => [
        node.file,
        node.edge,
        node.via,
        node.protected ? colour.attention('protected') : '',
      ]),
    });
    return {
      exit: EXIT.ok,
      text: nodes.length === 0 ? `Nothing depends on ${names.join(', ')}.` : table,
      json,
    };
  },
};

/** Bundles and objects may be asked about by their names. */
function nodeOf(context: Context, snapshot: Snapshot, name: string): string {
  if (name.startsWith('OBJECT:'))
    return snapshot.schema.objects.get(name.slice('OBJECT:'.length))?.glob ?? name;
  return name.startsWith('BUNDLE:') ? name : workspacePath(context, name);
}
