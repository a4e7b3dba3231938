/**
 * The hosts that are there: one folder each beside this file, with a `host.js` that exports `host`.
 * Removing a folder removes the host.
 */
import { installedNames } from '../kernel/installed-names.js';
import type { Host } from './types.js';

export async function installedHosts(): Promise<readonly Host[]> {
  return Promise.all(
    installedNames(import.meta.dirname, 'host.js').map(
      async (name) => ((await import(`./${name}/host.js`)) as { readonly host: Host }).host,
    ),
  );
}
