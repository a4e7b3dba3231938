/**
 * What is near a file in the graph of R4: what it depends on and what a change of it affects, a few
 * edges far. A pattern stays one node, however many files match it.
 */
import { captures, globMatches, isLiteral } from '../kernel/glob.js';
import { flowOf } from './impact.js';
import type { Edge, Schema } from './types.js';

/** `from`, `to`: along the edge, a change of `from` affects `to`. */
export type NearEdge = { readonly from: string; readonly to: string; readonly edge: Edge };

export type Neighbourhood = {
  /** Paths, patterns and bundles, the nearest first; the one in the middle is the first. */
  readonly nodes: readonly string[];
  readonly edges: readonly NearEdge[];
  /** Nodes within the depth that did not fit. */
  readonly left: number;
};

type Way = { readonly node: string; readonly isDownstream: boolean };

/**
 * @param node a path, a pattern, `OBJECT:NAME` or `BUNDLE:name`.
 * @param limits `depth`: edges from the middle; `most`: nodes.
 */
export function neighbourhood(
  schema: Schema,
  node: string,
  { depth, most }: { readonly depth: number; readonly most: number },
): Neighbourhood {
  const middle = resolved(schema, node);
  const nodes = new Set([middle]);
  const edges = new Map<string, NearEdge>();
  const left = new Set<string>();
  for (const isDownstream of [false, true]) {
    let front: readonly Way[] = [{ node: middle, isDownstream }];
    const seen = new Set([middle]);
    for (let far = 0; far < depth; far++)
      front = front.flatMap((way) =>
        nearEdges(schema, way).flatMap((near): readonly Way[] => {
          const next = isDownstream ? near.to : near.from;
          if (!nodes.has(next) && nodes.size >= most) {
            left.add(next);
            return [];
          }
          nodes.add(next);
          edges.set(`${near.from}\0${near.edge.kind}\0${near.to}`, near);
          if (seen.has(next)) return [];
          seen.add(next);
          return [{ node: next, isDownstream }];
        }),
      );
  }
  return { nodes: [...nodes], edges: [...edges.values()], left: left.size };
}

/** An object is the files that it is in. */
function resolved(schema: Schema, end: string): string {
  if (!end.startsWith('OBJECT:')) return end;
  return schema.objects.get(end.slice('OBJECT:'.length))?.glob ?? end;
}

function nearEdges(schema: Schema, { node, isDownstream }: Way): readonly NearEdge[] {
  return schema.edges.flatMap((edge): readonly NearEdge[] => {
    const { from, to } = flowOf(edge);
    const [own, other] = isDownstream ? [from, to] : [to, from];
    const star = matched(resolved(schema, own), node);
    if (star === undefined) return [];
    const next = bound(resolved(schema, other), star);
    if (next === node) return [];
    return [isDownstream ? { from: node, to: next, edge } : { from: next, to: node, edge }];
  });
}

/** What the first `*` of the end stands for in the node, maybe nothing; `undefined`: no match. */
function matched(end: string, node: string): string | undefined {
  if (end === node) return '';
  if (end.startsWith('BUNDLE:') || isLiteral(end) || !isLiteral(node)) return undefined;
  if (!globMatches(end, node)) return undefined;
  const isFirst = /^[^*?[\]{}()!+@]*\*(?!\*)/.test(end);
  return isFirst ? (captures(end, node)?.[0] ?? '') : '';
}

function bound(end: string, star: string): string {
  return star === '' || end.startsWith('BUNDLE:') ? end : end.replace(/(?<!\*)\*(?!\*)/, star);
}
