/**
 * Open descriptors of workspace folders: what is read and written through one stays in that folder,
 * whatever is put at its path meanwhile.
 */
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';

const DESCRIPTORS = '/proc/self/fd';
const opened = new Map<string, number>();

/**
 * Holds the folder that is at `root` now. Only Linux gives descriptors a path; elsewhere `within`
 * names the path as it is.
 */
export function holdDescriptor(root: string): void {
  dropDescriptor(root);
  if (existsSync(DESCRIPTORS)) opened.set(root, openSync(root, 'r'));
}

export function dropDescriptor(root: string): void {
  const descriptor = opened.get(root);
  if (descriptor === undefined) return;
  opened.delete(root);
  closeSync(descriptor);
}

/** The folder itself, as long as it is held. */
export function descriptorPath(root: string): string | undefined {
  const descriptor = opened.get(root);
  return descriptor === undefined ? undefined : `${DESCRIPTORS}/${descriptor}`;
}

/**
 * A path in the held folder, for the file system only: messages show `shownPath` of it, and other
 * processes cannot use it.
 */
export function within(root: string, ...parts: readonly string[]): string {
  return join(descriptorPath(root) ?? root, ...parts);
}

/** The same path as a person knows it. */
export function shownPath(path: string): string {
  const [, number, rest] = /^\/proc\/self\/fd\/(\d+)(.*)$/s.exec(path) ?? [];
  for (const [root, descriptor] of opened)
    if (String(descriptor) === number) return `${root}${rest}`;
  return path;
}
