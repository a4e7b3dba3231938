/**
 * Dependencies that the files and the change log show but R4 does not declare: links, files that a
 * bundle wrote, files that runs write together.
 */
import { defined } from '../kernel/defined.js';
import type { Range } from '../kernel/diagnostic.js';
import { captures, compareSpecificity, globMatches, isLiteral } from '../kernel/glob.js';
import { routeOf, routesOf } from '../registry/route.js';
import type { Edge, EdgeKind, Schema } from '../registry/types.js';
import type { ChangeRow } from '../workspace/history.js';

/** A link from one governed file to another that exists. `range` is more precise than `line`. */
export type ObservedLink = {
  readonly from: string;
  readonly to: string;
  readonly line: number;
  readonly range?: Range;
};
export type Observations = {
  readonly schema: Schema;
  readonly links: Iterable<ObservedLink>;
  readonly changes: Iterable<ChangeRow>;
};

/**
 * `source`, `kind`, `target`: of its row for R4. `at`: where it was first seen. `seen`: how many
 * links, rows or runs show it.
 */
export type ObservedEdge = {
  readonly source: string;
  readonly kind: EdgeKind;
  readonly target: string;
  readonly by: 'link' | 'bundle' | 'together';
  readonly seen: number;
  readonly at: {
    readonly file: string;
    readonly line: number;
    readonly example: string;
    readonly range?: Range;
  };
};

/** Files may be written together once or twice by chance. */
const LEAST_RUNS = 3;
/** A run that writes more kinds of files than this does not show that two of them are related. */
const MOST_TOGETHER = 12;

/** `add` increases the count of an edge that was seen before. */
type Gathering = {
  readonly schema: Schema;
  readonly graph: ReturnType<typeof declaredGraph>;
  readonly add: (edge: Omit<ObservedEdge, 'seen'>, seen?: number) => void;
};

/** Edges that were seen but are not declared, the most frequent first. */
export function observedEdges({ schema, links, changes }: Observations): readonly ObservedEdge[] {
  const found = new Map<string, ObservedEdge>();
  const gathering: Gathering = {
    schema,
    graph: declaredGraph(schema),
    add(edge, seen = 1) {
      const id = `${edge.source}\0${edge.kind}\0${edge.target}`;
      const before = found.get(id);
      found.set(id, { ...(before ?? edge), seen: (before?.seen ?? 0) + seen });
    },
  };
  addLinks(gathering, links);
  addChanges(gathering, changes);
  return [...found.values()].sort(
    (a, b) => b.seen - a.seen || (`${a.source} ${a.target}` < `${b.source} ${b.target}` ? -1 : 1),
  );
}

function addLinks({ schema, graph, add }: Gathering, links: Iterable<ObservedLink>): void {
  for (const link of links) {
    const { from, to, line, range } = link;
    const ends = linkEnds(schema, link);
    if (ends === undefined || graph.declares(from, to)) continue;
    const place = { file: from, line, example: `${from} links to ${to}`, ...defined({ range }) };
    add({ ...ends, kind: 'REFERENCES', by: 'link', at: place });
  }
}

function addChanges(gathering: Gathering, changes: Iterable<ChangeRow>): void {
  const { schema, graph, add } = gathering;
  const log = schema.objects.get('CHANGE')?.glob ?? '';
  const runs = new Map<string, Set<string>>();
  const judged = new Set<string>();
  for (const row of changes) {
    const file = fileOf(row.address);
    if (row.bundle === '') {
      remember(runs, row, kindOf(schema, file));
      continue;
    }
    const id = `${row.bundle}\0${file}`;
    if (judged.has(id)) continue;
    judged.add(id);
    const bundles = row.bundle.split(' ').filter((name) => schema.bundles.has(name));
    const [bundle] = bundles;
    if (bundle === undefined || bundles.some((name) => graph.declares(`BUNDLE:${name}`, file)))
      continue;
    const place = { file: log, line: row.line, example: `${bundle} wrote ${file}` };
    const target = kindOf(schema, file);
    add({ source: `BUNDLE:${bundle}`, kind: 'WRITES', target, by: 'bundle', at: place });
  }
  for (const { first, second, run, runs: seen } of togetherIn(runs)) {
    if (graph.declares(first, second) || graph.declares(second, first)) continue;
    const place = { file: log, line: 1, example: `written together, last in ${run}` };
    add({ source: first, kind: 'REFERENCES', target: second, by: 'together', at: place }, seen);
  }
}

/**
 * The ends of a link as R4 names them. `undefined` for a link that is not a dependency: from a
 * program, inside a project, between files of one kind, or of files that neither R1 nor R3 covers.
 */
function linkEnds(
  schema: Schema,
  { from, to }: ObservedLink,
): { readonly source: string; readonly target: string } | undefined {
  if (
    from === to ||
    patternsOf(schema).folders.some((folder) => isInside(folder, from, to)) ||
    routeOf(schema, from).tier === 'CODE'
  )
    return undefined;
  const [source, target] = [kindOf(schema, from), kindOf(schema, to)];
  const [left, right] = [captures(source, from) ?? [], captures(target, to) ?? []];
  if (isLiteral(source) || source !== target)
    return isNamed(schema, from) || isNamed(schema, to) ? { source, target } : undefined;
  if (left.length < 2) return undefined;
  return { source: bind(source, left[0]), target: bind(target, right[0]) };
}

/** Whether R1 or R3 covers a file. Of one that is FREE the registry knows nothing else. */
function isNamed(schema: Schema, path: string): boolean {
  return (
    routesOf(schema, path).some(({ tier }) => tier !== 'FREE') ||
    kindOf(schema, path) !== path ||
    [...schema.objects.values()].some((object) => object.glob === path)
  );
}

/** The folder with a folder for each match: `PROJECTS/` of `PROJECTS/*` and a slash. */
function folderBefore(pattern: string): string | undefined {
  return /^([^*?[{(]*\/)\*\//.exec(pattern)?.[1];
}

function bind(pattern: string, name: string | undefined): string {
  return name === undefined ? pattern : pattern.replace(/(?<!\*)\*(?!\*)/, name);
}

/**
 * `patterns`: of R1 and R3, the most specific first. `kinds`: a cache by path. `folders`: those
 * with a folder for each match.
 */
type SchemaPatterns = {
  readonly patterns: readonly string[];
  readonly kinds: Map<string, string>;
  readonly folders: readonly string[];
};
const patternsBySchema = new WeakMap<Schema, SchemaPatterns>();

function patternsOf(schema: Schema): SchemaPatterns {
  const ready = patternsBySchema.get(schema);
  if (ready !== undefined) return ready;
  const globs = [
    ...[...schema.objects.values()].map((object) => object.glob),
    ...schema.routes.filter((route) => route.tier === 'STANDARD').map((route) => route.pattern),
  ];
  const patterns = [...new Set(globs)].filter((glob) => !isLiteral(glob)).sort(compareSpecificity);
  const folders = [...new Set(patterns.flatMap((pattern) => folderBefore(pattern) ?? []))];
  const schemaPatterns: SchemaPatterns = { patterns, kinds: new Map(), folders };
  patternsBySchema.set(schema, schemaPatterns);
  return schemaPatterns;
}

/** The pattern in R1 or R3 (tier STANDARD) that covers a file, or the file itself. */
function kindOf(schema: Schema, path: string): string {
  const { kinds, patterns } = patternsOf(schema);
  const kind = kinds.get(path) ?? patterns.find((pattern) => globMatches(pattern, path)) ?? path;
  kinds.set(path, kind);
  return kind;
}

/** Whether two files are in the same folder below `folder`, as in a project. */
function isInside(folder: string, from: string, to: string): boolean {
  const end = from.startsWith(folder) ? from.indexOf('/', folder.length) : -1;
  return end !== -1 && to.startsWith(from.slice(0, end + 1));
}

function fileOf(address: string): string {
  const hash = address.indexOf('#');
  return hash === -1 ? address : address.slice(0, hash);
}

function remember(runs: Map<string, Set<string>>, row: ChangeRow, kind: string): void {
  if (row.runId === '') return;
  const kinds = runs.get(row.runId) ?? new Set<string>();
  kinds.add(kind);
  runs.set(row.runId, kinds);
}

type Pair = {
  readonly first: string;
  readonly second: string;
  readonly runs: number;
  readonly run: string;
};

function togetherIn(runs: ReadonlyMap<string, ReadonlySet<string>>): readonly Pair[] {
  const pairs = new Map<string, Pair>();
  for (const [run, kinds] of runs) {
    if (kinds.size > MOST_TOGETHER) continue;
    const sorted = [...kinds].sort();
    for (const [i, first] of sorted.entries())
      for (const second of sorted.slice(i + 1))
        pairs.set(`${first}\0${second}`, {
          first,
          second,
          runs: (pairs.get(`${first}\0${second}`)?.runs ?? 0) + 1,
          run,
        });
  }
  return [...pairs.values()].filter((pair) => pair.runs >= LEAST_RUNS);
}

type Graph = { readonly declares: (from: string, to: string) => boolean };

/** Whether R4 has an edge of any kind between two files, patterns or bundles, in this direction. */
function declaredGraph(schema: Schema): Graph {
  const bySource = new Map<string, readonly Edge[]>();
  const edgesOf = (from: string): readonly Edge[] => {
    const ready =
      bySource.get(from) ??
      schema.edges.filter((edge) => reaches(schema, edge.source, from) !== undefined);
    bySource.set(from, ready);
    return ready;
  };
  return {
    declares: (from, to) =>
      edgesOf(from).some((edge) => {
        const [left, right] = [
          reaches(schema, edge.source, from),
          reaches(schema, edge.target, to),
        ];
        return (
          left !== undefined &&
          right !== undefined &&
          (left === '' || right === '' || left === right)
        );
      }),
  };
}

/**
 * What the first wildcard of an edge's end matches in a path or pattern: empty without a wildcard,
 * `undefined` without a match.
 */
function reaches(schema: Schema, end: string, path: string): string | undefined {
  if (end === path) return '';
  if (end.startsWith('BUNDLE:')) return undefined;
  const glob = end.startsWith('OBJECT:')
    ? schema.objects.get(end.slice('OBJECT:'.length))?.glob
    : end;
  if (glob === undefined || path.startsWith('BUNDLE:')) return undefined;
  if (glob === path) return '';
  const parts = captures(glob, path);
  return parts === undefined ? undefined : boundBy(glob, parts);
}

/** Both ends must match the same text only if the first wildcard is `*`, not `**`. */
function boundBy(glob: string, parts: readonly string[]): string {
  return /^[^*?[{(]*\*(?!\*)/.test(glob) ? (parts[0] ?? '') : '';
}
