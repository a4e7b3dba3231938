/** A path as somebody types it → the path in the workspace. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { NocturneError } from '../../kernel/error.js';
import type { Context } from './types.js';

/**
 * Relative to where the command was called, if that is inside the workspace and there is such a
 * file; else relative to the workspace.
 */
export function workspacePath(context: Context, path: string): string {
  const root = realpathSync(context.root());
  const here = inside(root, real(resolve(context.cwd, path)));
  if (isAbsolute(path)) {
    if (here === undefined)
      throw new NocturneError('USAGE', `${path} is not in the workspace ${root}`, {
        hint: 'name a file of the workspace',
      });
    return here;
  }
  if (here !== undefined && existsSync(join(root, here))) return here;
  const plain = path.replace(/^\.\//, '').replace(/\/$/, '');
  if (plain.split('/').includes('..'))
    throw new NocturneError('USAGE', `${path} leads out of the workspace`, {
      hint: 'paths are relative to the workspace',
    });
  return plain;
}

function inside(root: string, path: string): string | undefined {
  const found = relative(root, path);
  return found === '' || found.startsWith('..') || isAbsolute(found)
    ? undefined
    : found.split(sep).join('/');
}

/**
 * Links in the way are followed, the last part is not: it may be a link that is asked about, or not
 * there yet.
 */
function real(path: string): string {
  try {
    return join(realpathSync(dirname(path)), path.slice(dirname(path).length));
  } catch {
    return path;
  }
}
