/** Where channels deliver messages, and what a file name there means. */

const FOLDER = 'inbox/';
export const HELD_FOLDER = 'inbox/held/';
const OURS = new Set(['inbox/README.md', 'inbox/SENDERS.md']);

/** A complete message that nobody has processed yet. */
export function isIncomingMessage(path: string): boolean {
  return inFolder(path, FOLDER) && !OURS.has(path) && isWhole(path);
}

/** Held because it appeared while an agent was working. */
export function isHeldMessage(path: string): boolean {
  return inFolder(path, HELD_FOLDER) && isWhole(path);
}

/** A file that its channel is still writing. */
export function isUnfinishedMessage(path: string): boolean {
  return inFolder(path, FOLDER) && !isWhole(path);
}

export function heldPath(path: string): string {
  return `${HELD_FOLDER}${path.slice(FOLDER.length)}`;
}

function inFolder(path: string, folder: string): boolean {
  return path.startsWith(folder) && !path.slice(folder.length).includes('/');
}

function isWhole(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.endsWith('.md') && !/^[.~_]/.test(name);
}
