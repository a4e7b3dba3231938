/** R3: which route holds for a path. The most specific pattern wins. */
import { compareSpecificity, globMatches, isLiteral } from '../kernel/glob.js';
import type { Route, Schema } from './types.js';

type Index = { readonly literal: ReadonlyMap<string, Route>; readonly globs: readonly Route[] };
const indexes = new WeakMap<Schema, Index>();

/** The route of a path; files that no pattern names are STANDARD. */
export function routeOf(schema: Schema, path: string): Route {
  return routesOf(schema, path)[0] ?? defaultRoute(schema, path);
}

/** The most specific routes of a path; more than one means that the registry is ambiguous there. */
export function routesOf(schema: Schema, path: string): readonly Route[] {
  const index = indexOf(schema);
  const literal = index.literal.get(path);
  if (literal !== undefined) return [literal];
  const matching = index.globs.filter((route) => globMatches(route.pattern, path));
  const [best] = matching;
  return best === undefined ? [] : matching.filter((route) => compareSpecificity(route.pattern, best.pattern) === 0);
}

function indexOf(schema: Schema): Index {
  let index = indexes.get(schema);
  if (index === undefined) {
    const literal = new Map(schema.routes.filter((route) => isLiteral(route.pattern)).map((route) => [route.pattern, route]));
    const globs = schema.routes.filter((route) => !isLiteral(route.pattern)).sort((a, b) => compareSpecificity(a.pattern, b.pattern));
    index = { literal, globs };
    indexes.set(schema, index);
  }
  return index;
}

function defaultRoute(schema: Schema, path: string): Route {
  return { pattern: path, tier: 'STANDARD', bundles: [], note: 'not listed', range: { file: schema.file, line: 1, column: 1, endLine: 1, endColumn: 1 } };
}
