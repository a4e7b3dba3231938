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
  /** Nodes within the depth that were left out. */
  readonly left: number;
};

/** `depth`: edges from the middle. `fan`: neighbours of one node on one side. `most`: of all. */
export type NearLimits = { readonly depth: number; readonly fan: number; readonly most: number };

type Way = { readonly node: string; readonly isDownstream: boolean };

/** @param node a path, a pattern, `OBJECT:NAME` or `BUNDLE:name`. */
export function neighbourhood(
  schema: Schema,
  node: string,
  { depth, fan, most }: NearLimits,
): Neighbourhood {
  const middle = resolved(schema, node);
  const nodes = new Set([middle]);
  const edges = new Map<string, NearEdge>();
  const left = new Set<string>();
  for (const isDownstream of [false, true]) {
    let front: readonly Way[] = [{ node: middle, isDownstream }];
    const seen = new Set([middle]);
    for (let far = 0; far < depth; far++)
      front = front.flatMap((way) => {
        const around = new Set<string>();
        return nearEdges(schema, way).flatMap((near): readonly Way[] => {
          const next = isDownstream ? near.to : near.from;
          const isNew = !nodes.has(next);
          if (isNew && (nodes.size >= most || around.size >= fan)) {
            left.add(next);
            return [];
          }
          around.add(next);
          nodes.add(next);
          left.delete(next);
          edges.set(`${near.from}\0${near.edge.kind}\0${near.to}`, near);
          if (seen.has(next)) return [];
          seen.add(next);
          return [{ node: next, isDownstream }];
        });
      });
  }
  return { nodes: [...nodes], edges: [...edges.values()], left: left.size };
}

/** An object is the files that it is in. */
function resolved(schema: Schema, end: string): string {
  if (!end.startsWith('OBJECT:')) return end;
  return schema.objects.get(end.slice('OBJECT:'.length))?.glob ?? end;
}

/** Files first, then patterns, then bundles. */
function nearEdges(schema: Schema, { node, isDownstream }: Way): readonly NearEdge[] {
  const found = schema.edges.flatMap((edge): readonly NearEdge[] => {
    const { from, to } = flowOf(edge);
    const [own, other] = isDownstream ? [from, to] : [to, from];
    const star = matched(resolved(schema, own), node);
    if (star === undefined) return [];
    const next = bound(resolved(schema, other), star);
    if (next === node) return [];
    return [isDownstream ? { from: node, to: next, edge } : { from: next, to: node, edge }];
  });
  const rank = ({ from, to }: NearEdge): number => rankOf(isDownstream ? to : from);
  return found.toSorted((a, b) => rank(a) - rank(b));
}

function rankOf(node: string): number {
  if (node.startsWith('BUNDLE:')) return 2;
  return isLiteral(node) ? 0 : 1;
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
