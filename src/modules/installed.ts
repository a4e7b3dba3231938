/** The modules that are there: one folder each beside this file, with a `module.js` that exports `module`. Removing a folder removes the module. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Module } from './types.js';

export async function installedModules(): Promise<readonly Module[]> {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, 'module.js')));
  return Promise.all(folders.map(async (entry) => ((await import(`./${entry.name}/module.js`)) as { readonly module: Module }).module));
}
