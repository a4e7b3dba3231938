/** What of the neighbourhood of a file is drawn, and how. */
import { globMatches, isLiteral } from '../../../../kernel/glob.js';
import { plural } from '../../../../kernel/words.js';
import type { Neighbourhood } from '../../../../registry/neighbourhood.js';
import { routeOf } from '../../../../registry/route.js';
import type { Schema } from '../../../../registry/types.js';
import type { DrawnEdge, DrawnNode } from '../../../../report/html/draw-graph.js';
import type { Snapshot } from '../../../../workspace/types.js';

/** Of `graph suggest`. */
export type Suggestion = {
  readonly source: string;
  readonly kind: string;
  readonly target: string;
  readonly at: { readonly file: string; readonly line: number; readonly example: string };
};

const MOST_SUGGESTED = 20;

export function nodeHref(node: string, depth = 1): string {
  return `/graph?file=${encodeURIComponent(node)}${depth === 1 ? '' : `&depth=${depth}`}`;
}

/** Suggestions with an end that is, or matches, the node. */
export function suggestedNear(
  schema: Schema,
  node: string,
  suggestions: readonly Suggestion[],
): readonly Suggestion[] {
  const touches = (end: string): boolean => {
    const pattern = resolved(schema, end);
    return pattern === resolved(schema, node) || (isLiteral(node) && matches(pattern, node));
  };
  return suggestions
    .filter(({ source, target }) => touches(source) || touches(target))
    .map((suggestion) => ({
      ...suggestion,
      source: touches(suggestion.source) ? node : resolved(schema, suggestion.source),
      target: touches(suggestion.target) ? node : resolved(schema, suggestion.target),
    }))
    .slice(0, MOST_SUGGESTED);
}

function resolved(schema: Schema, end: string): string {
  if (!end.startsWith('OBJECT:')) return end;
  return schema.objects.get(end.slice('OBJECT:'.length))?.glob ?? end;
}

function matches(pattern: string, path: string): boolean {
  return !pattern.startsWith('BUNDLE:') && !isLiteral(pattern) && globMatches(pattern, path);
}

export function drawnNodes(
  snapshot: Snapshot,
  {
    middle,
    near,
    undeclared,
    depth,
  }: {
    readonly middle: string;
    readonly near: Neighbourhood;
    readonly undeclared: readonly Suggestion[];
    readonly depth: number;
  },
): readonly DrawnNode[] {
  const ids = new Set([
    ...near.nodes,
    ...undeclared.flatMap(({ source, target }) => [source, target]),
  ]);
  return [...ids].map((id): DrawnNode => {
    const look = lookOf(snapshot, id);
    return {
      id,
      label: id.replace(/^BUNDLE:/, ''),
      href: nodeHref(id, depth),
      ...look,
      ...(id === middle ? { isMiddle: true } : {}),
    };
  });
}

type Look = Pick<DrawnNode, 'border' | 'note' | 'isRound'>;

function lookOf(snapshot: Snapshot, id: string): Look {
  if (id.startsWith('BUNDLE:')) return { isRound: true };
  if (!isLiteral(id)) return { note: plural(countOf(snapshot, id), 'file'), border: 'dashed' };
  if (!snapshot.files.has(id)) return { note: 'not there', border: 'dashed' };
  const { tier } = routeOf(snapshot.schema, id);
  return tier === 'PROTECTED' ? { note: 'protected', border: 'thick' } : {};
}

function countOf(snapshot: Snapshot, pattern: string): number {
  const start = pattern.slice(0, pattern.search(/[*?[{(!+@]/));
  let count = 0;
  for (const path of snapshot.files.keys())
    if (path.startsWith(start) && globMatches(pattern, path)) count++;
  return count;
}

export function drawnEdges(
  { edges }: Neighbourhood,
  undeclared: readonly Suggestion[],
  cycles: readonly (readonly string[])[],
): readonly DrawnEdge[] {
  return [
    ...edges.map(({ from, to, edge }): DrawnEdge => {
      const isInCycle = inCycle(cycles, edge.source, edge.target);
      return { from, to, label: edge.kind, ...(isInCycle ? { tone: 'wrong' } : {}) };
    }),
    ...undeclared.map(
      ({ source, kind, target }): DrawnEdge => ({
        // A link reads what it names.
        from: target,
        to: source,
        label: `${kind}, undeclared`,
        tone: 'attention',
        border: 'dashed',
      }),
    ),
  ];
}

export function inCycle(
  cycles: readonly (readonly string[])[],
  source: string,
  target: string,
): boolean {
  return cycles.some((nodes) =>
    nodes.some((node, index) => node === source && nodes[index + 1] === target),
  );
}
