/** What tells this program from any other that could have written the cache: its version, when it was built, and for whom it runs. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { packageVersion } from './package-version.js';

/** In a checkout the compiler's own record changes with everything that it compiles; an installed package has none. */
export function programStamp(packageRoot: string): string {
  const built = lstatSync(join(packageRoot, 'dist/.tsbuildinfo'), { throwIfNoEntry: false });
  return `${packageVersion(packageRoot)} ${built?.mtimeMs ?? ''} ${process.version} ${process.getuid?.() ?? ''}`;
}
