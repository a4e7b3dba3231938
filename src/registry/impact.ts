/** Follows the edges of R4: what a change of some files affects, and along which edge. */
import { captures, globMatches, isLiteral } from '../kernel/glob.js';
import { routeOf } from './route.js';
import type { Edge, EdgeKind, ImpactedNode, Schema } from './types.js';

/** Along these kinds, a change affects the target; along the others, the source, which reads it. */
const FORWARD: ReadonlySet<EdgeKind> = new Set(['WRITES', 'TRIGGERS', 'AUTHORIZES']);

/** A change of `from` affects `to`. */
export function flowOf({ kind, source, target }: Edge): {
  readonly from: string;
  readonly to: string;
} {
  return FORWARD.has(kind) ? { from: source, to: target } : { from: target, to: source };
}

type Flow = { readonly from: string; readonly to: string; readonly edge: Edge };
type FlowIndex = {
  readonly literal: ReadonlyMap<string, readonly Flow[]>;
  readonly globs: ReadonlyMap<string, readonly Flow[]>;
};
const indexes = new WeakMap<Schema, FlowIndex>();

/**
 * Every node affected by `paths`, nearest first, up to `most` of them. A node is a file,
 * `BUNDLE:name`, or a pattern that no file matches yet.
 * @param files every path of the workspace, to expand patterns; the first `*` of both ends of an
 * edge is the same segment.
 */
export function impactOf(
  schema: Schema,
  files: Iterable<string>,
  paths: readonly string[],
  most = Number.POSITIVE_INFINITY,
): readonly ImpactedNode[] {
  const index = indexOf(schema);
  const allFiles = [...files];
  const seen = new Set(paths);
  const queue = [...paths];
  const reached: ImpactedNode[] = [];
  // The loop adds to the queue.
  for (const node of queue) {
    for (const { flow, capture } of flowsFrom(schema, index, node)) {
      for (const next of expand(schema, flow.to, { files: allFiles, capture })) {
        if (seen.has(next)) continue;
        if (reached.length === most) return reached;
        seen.add(next);
        queue.push(next);
        reached.push({
          file: next,
          edge: flow.edge.kind,
          via: node,
          protected:
            isLiteral(next) &&
            !next.startsWith('BUNDLE:') &&
            routeOf(schema, next).tier === 'PROTECTED',
        });
      }
    }
  }
  return reached;
}

/** The edges from a node, each with what the first wildcard of its pattern matched. */
function flowsFrom(
  schema: Schema,
  index: FlowIndex,
  node: string,
): { flow: Flow; capture: string | undefined }[] {
  const found = (index.literal.get(node) ?? []).map((flow) => ({
    flow,
    capture: undefined as string | undefined,
  }));
  if (node.startsWith('BUNDLE:')) return found;
  for (const object of schema.objects.values()) {
    const flows = index.literal.get(`OBJECT:${object.object}`);
    const parts = flows === undefined ? undefined : captures(object.glob, node);
    if (flows !== undefined && parts !== undefined)
      for (const flow of flows) found.push({ flow, capture: starOf(object.glob, parts) });
  }
  for (const [glob, flows] of index.globs) {
    const parts = captures(glob, node);
    if (parts !== undefined)
      for (const flow of flows) found.push({ flow, capture: starOf(glob, parts) });
  }
  return found;
}

/** What the first `*` of the pattern matched, if no other wildcard comes before it. */
function starOf(glob: string, parts: readonly string[]): string | undefined {
  return /^[^*?[\]{}()!+@]*\*(?!\*)/.test(glob) ? parts[0] : undefined;
}

function expand(
  schema: Schema,
  end: string,
  options: { files: readonly string[]; capture: string | undefined },
): readonly string[] {
  if (end.startsWith('BUNDLE:')) return [end];
  const pattern = end.startsWith('OBJECT:')
    ? (schema.objects.get(end.slice('OBJECT:'.length))?.glob ?? end)
    : end;
  const bound =
    options.capture === undefined || options.capture === ''
      ? pattern
      : pattern.replace(/(?<!\*)\*(?!\*)/, options.capture);
  if (isLiteral(bound)) return [bound];
  const matching = options.files.filter((path) => globMatches(bound, path));
  return matching.length === 0 ? [bound] : matching;
}

function indexOf(schema: Schema): FlowIndex {
  const ready = indexes.get(schema);
  if (ready !== undefined) return ready;
  const literal = new Map<string, Flow[]>();
  const globs = new Map<string, Flow[]>();
  for (const edge of schema.edges) {
    const { from, to } = flowOf(edge);
    const into = isLiteral(from) ? literal : globs;
    const flows = into.get(from) ?? [];
    flows.push({ from, to, edge });
    into.set(from, flows);
  }
  const index = { literal, globs };
  indexes.set(schema, index);
  return index;
}

/** Cycles of TRIGGERS edges, each from a node back to itself. */
export function triggerCycles(
  schema: Schema,
): readonly { readonly nodes: readonly string[]; readonly edge: Edge }[] {
  const next = new Map<string, Edge[]>();
  for (const edge of schema.edges)
    if (edge.kind === 'TRIGGERS') next.set(edge.source, [...(next.get(edge.source) ?? []), edge]);
  const done = new Set<string>();
  const cycles: { nodes: string[]; edge: Edge }[] = [];
  const visit = (node: string, trail: string[]): void => {
    for (const edge of next.get(node) ?? []) {
      const index = trail.indexOf(edge.target);
      if (index >= 0) cycles.push({ nodes: [...trail.slice(index), edge.target], edge });
      else if (!done.has(edge.target)) visit(edge.target, [...trail, edge.target]);
    }
    done.add(node);
  };
  for (const node of next.keys()) if (!done.has(node)) visit(node, [node]);
  return cycles;
}
