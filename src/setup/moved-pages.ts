/** Pages that older versions had elsewhere in a workspace. */
import type { Schema } from '../registry/types.js';

/** By their path now: their former path. */
const FORMER_PATHS: ReadonlyMap<string, string> = new Map(
  ['AGENTS-CORE.md', 'AGENTS-LESSONS.md', 'NOTIFICATIONS-ARCHIVE.md'].map((name) => [
    `orchestration-os/${name}`,
    name,
  ]),
);

/** `moved`: former paths, by the new ones. `apart`: paths that an upgrade does not compare. */
export type MovedPages = {
  readonly moved: ReadonlyMap<string, string>;
  readonly apart: ReadonlySet<string>;
};

/**
 * A page stays where it is while REGISTRY.md has a route for its former path: the owner may have
 * changed that row.
 */
export function movedPages(schema: Schema, has: (path: string) => boolean): MovedPages {
  const routed = new Set(schema.routes.map(({ pattern }) => pattern));
  const found = [...FORMER_PATHS].filter(([path, former]) => !has(path) && has(former));
  return {
    moved: new Map(found.filter(([, former]) => !routed.has(former))),
    apart: new Set(
      found.flatMap(([path, former]) => (routed.has(former) ? [path, former] : [former])),
    ),
  };
}
