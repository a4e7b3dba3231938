/** What no agent reads: Nocturne's state, its keys, and places with credentials. */
import { isAbsolute, posix } from 'node:path';
import { isInside } from '../../kernel/is-inside.js';
import type { PathWorld } from './path.js';
import type { Reason } from '../types.js';

const SECRET_PLACE =
  /^\/proc\/[^/]+\/(?:task\/[^/]+\/)?(?:environ|mem|fd|root|cwd)(?:\/|$)|(?:^|\/)(?:\.ssh|\.gnupg|\.aws|\.azure|\.kube|\.docker|\.netrc|\.npmrc|\.pypirc|\.git-credentials|id_(?:rsa|dsa|ecdsa|ed25519)|owner\.key|\.nocturne)(?:\/|$)/i;

/**
 * @param rawPath absolute, or relative to `from` (default: the workspace).
 * @param below what is in a folder is read as well.
 */
export function readReasons(
  world: PathWorld,
  rawPath: string,
  from = '',
  below = false,
): readonly Reason[] {
  const folder = isAbsolute(from) ? from : posix.join(world.root, from);
  const written = isAbsolute(rawPath) ? rawPath : `${folder}/${rawPath}`;
  const absolute = posix.normalize(written);
  const real = realOf(world, written);
  for (const path of new Set([absolute, real])) {
    if (world.home !== undefined && isInside(world.home, path))
      return [
        {
          code: 'path-reserved',
          message: `${rawPath} is in Nocturne's state directory, which agents do not read`,
        },
      ];
    if (below && world.home !== undefined && isInside(path, world.home))
      return [
        {
          code: 'path-reserved',
          message: `${rawPath} contains Nocturne's state directory, which agents do not read; name the folders that you need`,
        },
      ];
    if (SECRET_PLACE.test(path))
      return [
        {
          code: 'path-reserved',
          message: `${rawPath} may contain keys or credentials; agents do not read it`,
        },
      ];
  }
  return [];
}

/** `..` after a link leads to the folder around what the link leads to. */
function realOf({ probe }: PathWorld, path: string): string {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const place = names.reduce(
    (so, name) => (name === '..' ? posix.dirname(probe.real(so)) : posix.join(so, name)),
    '/',
  );
  return probe.real(place);
}
