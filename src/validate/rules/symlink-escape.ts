/** Rule symlink-escape: no symbolic link leads out of the workspace. */
import { posix } from 'node:path';
import { type Diagnostic, fileRange } from '../../kernel/diagnostic.js';
import type { Snapshot } from '../../workspace/types.js';
import type { WorkspaceRule } from '../rule.js';

/** Linux follows this many links in a row. */
const MOST_LINKS = 40;

export const symlinkEscape: WorkspaceRule = {
  kind: 'workspace',
  id: 'symlink-escape',
  severity: 'error',
  suppressible: 'never',
  run: ({ snapshot }) => {
    const found: Diagnostic[] = [];
    for (const { path, kind, target = '' } of snapshot.files.values()) {
      if (kind !== 'symlink' || staysInside(snapshot, posix.dirname(path), target)) continue;
      found.push({
        rule: 'symlink-escape',
        severity: 'error',
        message: `${path} is a link that leads out of the workspace, to ${target}`,
        range: fileRange(path),
        expected: 'a link to a file of the workspace',
        actual: target,
        hint: 'remove the link (its target stays), and copy what you need',
      });
    }
    return found;
  },
};

/** Follows the target through the workspace's own links; reads nothing outside the workspace. */
function staysInside(snapshot: Snapshot, folder: string, target: string): boolean {
  let links = 0;
  const current = folder === '.' ? [] : folder.split('/');
  const todo = partsOf(snapshot, current, target);
  if (todo === undefined) return false;
  while (todo.length > 0) {
    const part = todo.shift() ?? '.';
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (current.pop() === undefined) return false;
      continue;
    }
    const entry = snapshot.files.get([...current, part].join('/'));
    if (entry?.kind !== 'symlink') current.push(part);
    else {
      const more =
        ++links > MOST_LINKS ? undefined : partsOf(snapshot, current, entry.target ?? '');
      if (more === undefined) return links > MOST_LINKS;
      todo.unshift(...more);
    }
  }
  return true;
}

/** The parts of a target. An absolute one begins at the root; `undefined` if it is outside. */
function partsOf(snapshot: Snapshot, current: string[], target: string): string[] | undefined {
  if (!target.startsWith('/')) return target.split('/');
  if (!`${target}/`.startsWith(`${snapshot.root}/`)) return undefined;
  current.length = 0;
  return target.slice(snapshot.root.length + 1).split('/');
}
