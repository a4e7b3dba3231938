/**
 * The installed modules: each folder here whose `module.js` exports `module`. Removing a folder
 * removes the module.
 */
import { installedNames } from '../kernel/installed-names.js';
import type { Module } from './types.js';

export async function installedModules(): Promise<readonly Module[]> {
  return Promise.all(
    installedNames(import.meta.dirname, 'module.js').map(
      async (name) => ((await import(`./${name}/module.js`)) as { readonly module: Module }).module,
    ),
  );
}
