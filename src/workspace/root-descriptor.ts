/** Open descriptors of workspace folders, which keep working if the folder is moved. */
import { closeSync, existsSync, openSync } from '../kernel/files.js';
import { join } from 'node:path';

const DESCRIPTORS = '/proc/self/fd';
const opened = new Map<string, number>();

/** Opens the folder at `root`. Only on Linux; on other systems `within` uses the path. */
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

/** The path of the open descriptor. */
export function descriptorPath(root: string): string | undefined {
  const descriptor = opened.get(root);
  return descriptor === undefined ? undefined : `${DESCRIPTORS}/${descriptor}`;
}

/** A path in the open folder, for this process only. Messages use `shownPath`. */
export function within(root: string, ...parts: readonly string[]): string {
  return join(descriptorPath(root) ?? root, ...parts);
}

/** The ordinary form of a path from `within`. */
export function shownPath(path: string): string {
  const [, number, rest] = /^\/proc\/self\/fd\/(\d+)(.*)$/s.exec(path) ?? [];
  for (const [root, descriptor] of opened)
    if (String(descriptor) === number) return `${root}${rest}`;
  return path;
}
