/**
 * Finds the installed hosts: each folder here with a `host.js`. Removing a folder removes the host.
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
