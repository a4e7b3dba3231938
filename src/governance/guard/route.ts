/** PW-1: whether the route, the scope of the pass and the phase allow this change. */
import { globMatches } from '../../kernel/glob.js';
import { routeOf } from '../../registry/route.js';
import type { Route } from '../../registry/types.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Effect } from './program.js';
import type { Authority, Reason } from '../types.js';

export type PassAuthority = Extract<Authority, { kind: 'pass' }>;
type GuestAuthority = Extract<Authority, { kind: 'guest' }>;
export type RouteQuestion = { readonly path: string; readonly op: Effect['op'] };

export function routeReasons(
  snapshot: Snapshot,
  authority: PassAuthority,
  { path, op }: RouteQuestion,
): readonly Reason[] {
  const route = routeOf(snapshot.schema, path);
  const reasons = [...tierReasons(snapshot, route, path, op)];
  const isInScope = inScope(authority.writes, path, op === 'mkdir');
  if (!isInScope) {
    const scope = authority.writes.length === 0 ? 'nothing' : authority.writes.join(', ');
    reasons.push({
      code: 'out-of-scope',
      message: `${path} is outside what this pass may write (${scope})`,
    });
  }
  // For another project, this would reveal that the file exists.
  const mayTell = isInScope || path.startsWith(`PROJECTS/${authority.project ?? ''}/`);
  if (mayTell && authority.earlierOutputs.includes(path)) {
    reasons.push({
      code: 'earlier-phase',
      message: `${path} was written before the phase ${authority.phase ?? ''} and must not change; write a new file that refers to it`,
    });
  }
  return reasons;
}

/** What no agent writes even with a person present. */
export function guestReasons(
  snapshot: Snapshot,
  { settings = [] }: GuestAuthority,
  { path, op }: RouteQuestion,
): readonly Reason[] {
  if (settings.some((pattern) => pattern.test(path)))
    return [
      {
        code: 'tier-code',
        message: `${path} controls the hooks that call the guard; only the owner edits it`,
      },
    ];
  const route = routeOf(snapshot.schema, path);
  return route.tier === 'CODE' || route.tier === 'FREE'
    ? []
    : tierReasons(snapshot, route, path, op);
}

function tierReasons(
  snapshot: Snapshot,
  route: Route,
  path: string,
  op: Effect['op'],
): readonly Reason[] {
  const bundles: Reason[] =
    route.bundles.length === 0
      ? []
      : [
          {
            code: 'bundle-only',
            message: `${path} is written only by ${route.bundles.length === 1 ? 'the bundle' : 'the bundles'} ${route.bundles.join(', ')}`,
          },
        ];
  switch (route.tier) {
    case 'PROTECTED':
      return [
        {
          code: 'tier-protected',
          message: `${path} is protected; only the owner changes and signs it`,
        },
        ...bundles,
      ];
    case 'MANIFEST-VERIFY':
      return [
        { code: 'tier-manifest', message: `${path} is the manifest; only signing writes it` },
      ];
    case 'CODE':
      return [
        { code: 'tier-code', message: `${path} is code or configuration; passes do not write it` },
        ...bundles,
      ];
    case 'APPEND': {
      if (op !== 'append')
        return [
          { code: 'append-only', message: `${path} is append-only; add to its end` },
          ...bundles,
        ];
      const chained = snapshot.objectsOf(path).some((object) => object.shape === 'log');
      return chained && bundles.length === 0
        ? [
            {
              code: 'bundle-only',
              message: `${path} is a chained log; commits add its rows, not passes`,
            },
          ]
        : bundles;
    }
    case 'STANDARD':
      return bundles;
    case 'FREE':
      return [
        {
          code: 'tier-free',
          message: `${path} is the owner's own (FREE in R3 of REGISTRY.md); passes do not write it`,
        },
      ];
  }
}

/** A glob that begins with `!` excludes. A folder is in scope if something in it could be. */
export function inScope(writes: readonly string[], path: string, folder: boolean): boolean {
  const matches = (glob: string): boolean =>
    globMatches(glob, path) ||
    (folder && (globMatches(glob, `${path}/x`) || glob.startsWith(`${path}/`)));
  return (
    writes.some((glob) => !glob.startsWith('!') && matches(glob)) &&
    !writes.some((glob) => glob.startsWith('!') && globMatches(glob.slice(1), path))
  );
}
