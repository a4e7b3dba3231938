/** `impact`: what depends on some files, along the edges of R4. */
import { NocturneError } from '../../../kernel/error.js';
import { routeOf } from '../../../registry/route.js';
import { impactOn } from '../../../tools/impact.js';
import type { Snapshot } from '../../../workspace/types.js';
import { drawn, GRAPH_FORMATS } from '../draw-graph.js';
import { paint } from '../paint.js';
import { ok } from '../result.js';
import { textTable } from '../../../report/text-table.js';
import type { Command, Context } from '../types.js';
import { workspacePath } from '../workspace-path.js';

export const impact: Command = {
  args: '<files...>',
  options: [
    { flags: '--format <format>', description: 'the output format', choices: GRAPH_FORMATS },
    { flags: '--most <n>', description: 'only the nearest n (default: all)' },
  ],
  examples: [
    'nocturne impact SOUL.md',
    'nocturne impact PROJECTS/inventory/PHASES.md --format mermaid',
    'nocturne impact BUNDLE:pass_record',
  ],
  run(context, { args, options }) {
    const snapshot = context.workspace().snapshot();
    const names = args.map((name) => nodeOf(context, snapshot, name));
    const nodes = impactOn(snapshot, names, mostOf(options['most']));
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
    const colour = paint(context);
    const table = textTable({
      head: ['affects', 'edge', 'via', ''],
      width: context.width,
      rows: nodes.map((node) => [
        node.file,
        node.edge,
        node.via,
        node.protected ? colour.attention('protected') : '',
      ]),
    });
    const text = nodes.length === 0 ? `Nothing depends on ${names.join(', ')}.` : table;
    return drawn(options['format'], { drawing, json }) ?? ok(text, json);
  },
};

/** @throws NocturneError `USAGE` */
function mostOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const most = Number(value);
  if (Number.isSafeInteger(most) && most > 0) return most;
  throw new NocturneError('USAGE', `--most cannot be ${String(value)}`, {
    hint: 'give a whole number from 1',
  });
}

/** A bundle or an object can be named instead of a file. */
function nodeOf(context: Context, snapshot: Snapshot, name: string): string {
  if (name.startsWith('OBJECT:'))
    return snapshot.schema.objects.get(name.slice('OBJECT:'.length))?.glob ?? name;
  return name.startsWith('BUNDLE:') ? name : workspacePath(context, name);
}
