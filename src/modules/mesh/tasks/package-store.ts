/**
 * Packages of this node's open tasks, in its state directory: they go to the server again when it
 * has lost them, though the project has changed since.
 */
import { join } from 'node:path';
import { existsSync, readdirSync, readFileSync } from '../../../kernel/files.js';
import { makeDirectory, removeIfThere, writeFileDurably } from '../../../workspace/durable.js';
import { meshDirectory } from '../identity.js';
import type { Packed } from '../work/pack.js';

export function keepPackage(state: string, { hash, text }: Packed): void {
  makeDirectory(folderOf(state), 0o700);
  writeFileDurably(join(folderOf(state), hash), text, { mode: 0o600 });
}

export function keptPackage(state: string, hash: string): string | undefined {
  const path = join(folderOf(state), hash);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Removes those that no open task has. */
export function removePackages(state: string, open: ReadonlySet<string>): void {
  if (!existsSync(folderOf(state))) return;
  for (const name of readdirSync(folderOf(state)))
    if (!open.has(name)) removeIfThere(join(folderOf(state), name));
}

function folderOf(state: string): string {
  return join(meshDirectory(state), 'packages');
}
