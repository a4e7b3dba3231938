/** R3: the route of a path. The most specific pattern wins. */
import { compareSpecificity, globMatches, isLiteral } from '../kernel/glob.js';
import { nearPatterns } from './near-patterns.js';
import type { Route, Schema } from './types.js';

/** `near`: the routes with a wildcard that can match a path. */
type Index = {
  readonly literal: ReadonlyMap<string, Route>;
  readonly near: (path: string) => readonly Route[];
  readonly hasFree: boolean;
};
const indexes = new WeakMap<Schema, Index>();

/** The route of a path; STANDARD if no pattern matches. */
export function routeOf(schema: Schema, path: string): Route {
  return routesOf(schema, path)[0] ?? defaultRoute(schema, path);
}

/** Whether the owner left a path to themselves: no pass writes it, and nothing judges it. */
export function isFree(schema: Schema, path: string): boolean {
  return indexOf(schema).hasFree && routeOf(schema, path).tier === 'FREE';
}

/** The most specific routes of a path; more than one means that the registry is ambiguous. */
export function routesOf(schema: Schema, path: string): readonly Route[] {
  const index = indexOf(schema);
  const literal = index.literal.get(path);
  if (literal !== undefined) return [literal];
  const matching = index.near(path).filter((route) => globMatches(route.pattern, path));
  const [best] = matching;
  return best === undefined
    ? []
    : matching.filter((route) => compareSpecificity(route.pattern, best.pattern) === 0);
}

function indexOf(schema: Schema): Index {
  let index = indexes.get(schema);
  if (index === undefined) {
    const literal = new Map(
      schema.routes
        .filter((route) => isLiteral(route.pattern))
        .map((route) => [route.pattern, route]),
    );
    const globs = schema.routes
      .filter((route) => !isLiteral(route.pattern))
      .sort((a, b) => compareSpecificity(a.pattern, b.pattern));
    const hasFree = schema.routes.some((route) => route.tier === 'FREE');
    index = { literal, near: nearPatterns(globs, ({ pattern }) => pattern), hasFree };
    indexes.set(schema, index);
  }
  return index;
}

function defaultRoute(schema: Schema, path: string): Route {
  return {
    pattern: path,
    tier: 'STANDARD',
    bundles: [],
    note: 'not listed',
    range: { file: schema.file, line: 1, column: 1, endLine: 1, endColumn: 1 },
  };
}
