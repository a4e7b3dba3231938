/** Which step of a plan waits for which, from `needs` and from what steps produce and consume. */
import { globMatches, isLiteral } from '../../../kernel/glob.js';
import type { StepDefinition } from '../types.js';

export type Graph = {
  readonly definitions: ReadonlyMap<string, StepDefinition>;
  /** What a step waits for: its `needs`, and whoever produces what it consumes. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  readonly dependants: ReadonlyMap<string, readonly string[]>;
  /** In which order steps can be done, without the members of cycles and what needs them. */
  readonly order: readonly string[];
  /** 0 is the first. Members of cycles, and what needs them, have none. */
  readonly waves: ReadonlyMap<string, number>;
  /** Steps that produce what a step consumes, in `order`. */
  readonly producers: ReadonlyMap<string, readonly string[]>;
};

const graphs = new WeakMap<readonly StepDefinition[], Graph>();

export function graphOf(definitions: readonly StepDefinition[]): Graph {
  let graph = graphs.get(definitions);
  if (graph === undefined) {
    graph = makeGraph(definitions);
    graphs.set(definitions, graph);
  }
  return graph;
}

/** The number of steps before each on the longest way to it; see `Graph.waves`. */
export function waves(definitions: readonly StepDefinition[]): ReadonlyMap<string, number> {
  return graphOf(definitions).waves;
}

/** Whether a step with these `consumes` consumes the path or glob `produced`. */
export function consumesOf(consumes: readonly string[], produced: string): boolean {
  return consumes.some(
    (glob) =>
      glob === produced ||
      globMatches(glob, produced) ||
      (isLiteral(glob) && globMatches(produced, glob)),
  );
}

function makeGraph(list: readonly StepDefinition[]): Graph {
  const definitions = new Map(list.map((definition) => [definition.id, definition]));
  const producersOf = consumption(list, definitions);
  const needs = new Map<string, readonly string[]>();
  const dependants = new Map<string, string[]>(list.map(({ id }) => [id, []]));
  for (const { id, needs: declared } of list) {
    const all = [...new Set([...declared, ...(producersOf.get(id) ?? [])])];
    needs.set(id, all);
    for (const need of all) dependants.get(need)?.push(id);
  }
  const { order, waves } = layers(list, needs, dependants);
  const place = new Map(order.map((id, i) => [id, i]));
  const producers = new Map<string, readonly string[]>();
  for (const [id, some] of producersOf)
    producers.set(
      id,
      some.toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0)),
    );
  return { definitions, needs, dependants, order, waves, producers };
}

/** Kahn's algorithm, layer by layer. Needs that the plan does not have are left out. */
function layers(
  list: readonly StepDefinition[],
  needs: ReadonlyMap<string, readonly string[]>,
  dependants: ReadonlyMap<string, readonly string[]>,
): { readonly order: readonly string[]; readonly waves: ReadonlyMap<string, number> } {
  const open = new Map<string, number>();
  const order: string[] = [];
  const waves = new Map<string, number>();
  for (const { id } of list) {
    const count = (needs.get(id) ?? []).filter((need) => dependants.has(need)).length;
    open.set(id, count);
    if (count > 0) continue;
    order.push(id);
    waves.set(id, 0);
  }
  for (const id of order)
    for (const dependant of dependants.get(id) ?? []) {
      const count = (open.get(dependant) ?? 0) - 1;
      open.set(dependant, count);
      if (count > 0) continue;
      order.push(dependant);
      waves.set(dependant, (waves.get(id) ?? 0) + 1);
    }
  return { order, waves };
}

/** For each step that consumes something, the steps that produce it. */
function consumption(
  list: readonly StepDefinition[],
  definitions: ReadonlyMap<string, StepDefinition>,
): ReadonlyMap<string, readonly string[]> {
  const literal = new Map<string, string[]>();
  const globs: { readonly id: string; readonly glob: string }[] = [];
  for (const { id, produces } of list)
    for (const path of produces) {
      if (!isLiteral(path)) globs.push({ id, glob: path });
      else literal.set(path, [...(literal.get(path) ?? []), id]);
    }
  const before = new Map<string, ReadonlySet<string>>();
  const result = new Map<string, readonly string[]>();
  for (const { id, consumes } of list) {
    if (consumes.length === 0) continue;
    const found = new Set(globs.filter((it) => consumesOf(consumes, it.glob)).map((it) => it.id));
    for (const glob of consumes) {
      const paths = isLiteral(glob)
        ? [glob]
        : [...literal.keys()].filter((p) => globMatches(glob, p));
      for (const path of paths) for (const producer of literal.get(path) ?? []) found.add(producer);
    }
    found.delete(id);
    // A step that improves what an earlier one made both consumes and produces it.
    const producers = [...found].filter(
      (producer) => !needsOf(producer, definitions, before).has(id),
    );
    if (producers.length > 0) result.set(id, producers);
  }
  return result;
}

/** All that a step needs by declaration, directly or through others. */
function needsOf(
  step: string,
  definitions: ReadonlyMap<string, StepDefinition>,
  known: Map<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const cached = known.get(step);
  if (cached !== undefined) return cached;
  const found = new Set<string>();
  const open = [step];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const need of definitions.get(next)?.needs ?? []) {
      if (found.has(need)) continue;
      found.add(need);
      open.push(need);
    }
  known.set(step, found);
  return found;
}
