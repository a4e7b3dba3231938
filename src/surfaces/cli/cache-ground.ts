/** What a cached result of `validate` depends on, apart from the governed files. */
import { lstatSync } from '../../kernel/files.js';
import { join } from 'node:path';
import { installedNames } from '../../kernel/installed-names.js';
import type { Ground } from '../../validate/cached-result.js';
import { packageVersion } from './package-version.js';

export function cacheGround(options: {
  readonly root: string;
  readonly state: string;
  readonly home: string;
  readonly packageRoot: string;
}): Ground {
  const { root, state, home, packageRoot } = options;
  return {
    program: programStamp(packageRoot),
    outside: [state, join(home, 'keys'), join(root, '.nocturne/pass.lock')],
    home,
    modules: installedNames(join(packageRoot, 'dist/src/modules'), 'module.js'),
  };
}

/**
 * Identifies this program by its version, its build and its user. In a checkout, the compiler's own
 * record changes with every build.
 */
function programStamp(packageRoot: string): string {
  const built = lstatSync(join(packageRoot, 'dist/.tsbuildinfo'), { throwIfNoEntry: false });
  return `${packageVersion(packageRoot)} ${built?.mtimeMs ?? ''} ${process.version} ${process.getuid?.() ?? ''}`;
}
