/** Which step of a plan waits for which, from `needs` and from what steps produce and consume. */
import { globMatches, isLiteral } from '../../../kernel/glob.js';
import type { StepDefinition } from '../types.js';

export type Graph = {
  readonly definitions: ReadonlyMap<string, StepDefinition>;
  /** What a step waits for: its `needs`, and whoever produces what it consumes. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
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
  const producers = producersIn(list, definitions);
  const needs = new Map<string, readonly string[]>();
  for (const { id, needs: declared } of list) {
    const implied = producers.get(id)?.filter((producer) => !declared.includes(producer)) ?? [];
    needs.set(id, implied.length === 0 ? declared : [...declared, ...implied]);
  }
  const { order, waves } = layers(needs);
  sortByOrder(producers, order);
  return { definitions, needs, order, waves, producers };
}

/**
 * Kahn's algorithm, layer by layer, over numbers, because it runs for each version of a plan. Needs
 * that the plan does not have are left out.
 */
function layers(needs: ReadonlyMap<string, readonly string[]>): Pick<Graph, 'order' | 'waves'> {
  const ids = [...needs.keys()];
  const numbers = new Map(ids.map((id, i) => [id, i]));
  const open = new Int32Array(ids.length);
  /** The first dependant of a step, as a place in `dependants`; then the next one of each place. */
  const first = new Int32Array(ids.length).fill(-1);
  const following: number[] = [];
  const dependants: number[] = [];
  for (const [dependant, id] of ids.entries())
    for (const need of needs.get(id) ?? []) {
      const number = numbers.get(need);
      if (number === undefined) continue;
      open[dependant] = (open[dependant] ?? 0) + 1;
      following.push(first[number] ?? -1);
      first[number] = dependants.push(dependant) - 1;
    }
  const queue = [...open.keys()].filter((number) => open[number] === 0);
  const wave = new Int32Array(ids.length);
  for (const number of queue)
    for (let place = first[number] ?? -1; place >= 0; place = following[place] ?? -1) {
      const dependant = dependants[place] ?? 0;
      open[dependant] = (open[dependant] ?? 0) - 1;
      if (open[dependant] !== 0) continue;
      wave[dependant] = (wave[number] ?? 0) + 1;
      queue.push(dependant);
    }
  const waves = new Map<string, number>();
  for (const number of queue) waves.set(ids[number] ?? '', wave[number] ?? 0);
  return { order: [...waves.keys()], waves };
}

function sortByOrder(producers: Map<string, readonly string[]>, order: readonly string[]): void {
  const several = [...producers].filter(([, some]) => some.length > 1);
  if (several.length === 0) return;
  const place = new Map(order.map((id, i) => [id, i]));
  for (const [id, some] of several)
    producers.set(
      id,
      some.toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0)),
    );
}

/** For each step that consumes something, the steps that produce it. */
function producersIn(
  list: readonly StepDefinition[],
  definitions: ReadonlyMap<string, StepDefinition>,
): Map<string, readonly string[]> {
  const literal = new Map<string, string[]>();
  const globs: { readonly id: string; readonly glob: string }[] = [];
  for (const { id, produces } of list)
    for (const path of produces) {
      if (!isLiteral(path)) globs.push({ id, glob: path });
      else if (literal.get(path)?.push(id) === undefined) literal.set(path, [id]);
    }
  const known = new Map<string, ReadonlySet<string>>();
  const result = new Map<string, readonly string[]>();
  for (const { id, consumes, needs } of list) {
    if (consumes.length === 0) continue;
    const found = new Set(globs.filter((it) => consumesOf(consumes, it.glob)).map((it) => it.id));
    for (const glob of consumes) {
      const paths = isLiteral(glob) ? [glob] : matching(glob, literal);
      for (const path of paths) for (const producer of literal.get(path) ?? []) found.add(producer);
    }
    found.delete(id);
    // A step that improves what an earlier one made both consumes and produces it.
    const producers = [...found].filter(
      (producer) => needs.includes(producer) || !needsOf(producer, definitions, known).has(id),
    );
    if (producers.length > 0) result.set(id, producers);
  }
  return result;
}

function matching(glob: string, paths: ReadonlyMap<string, unknown>): readonly string[] {
  return [...paths.keys()].filter((path) => globMatches(glob, path));
}

/** What a step needs by declaration, directly or through others. */
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
