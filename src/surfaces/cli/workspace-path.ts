/** Turns a path as typed into a path of the workspace. */
import { existsSync, realpathSync } from '../../kernel/files.js';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { NocturneError } from '../../kernel/error.js';
import type { Context } from './types.js';

/** Relative to the current directory if such a file of the workspace exists, else to its root. */
export function workspacePath(context: Context, path: string): string {
  const { root } = context.workspace();
  const here = inside(root, real(resolve(context.cwd, path)));
  if (isAbsolute(path)) {
    if (here === undefined)
      throw new NocturneError('USAGE', `${path} is outside the workspace ${root}`, {
        hint: 'name a file inside the workspace',
      });
    return here;
  }
  if (here !== undefined && existsSync(join(root, here))) return here;
  const plain = path.replace(/^\.\//, '').replace(/\/$/, '');
  if (plain.split('/').includes('..'))
    throw new NocturneError('USAGE', `${path} is outside the workspace`, {
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

/** Follows links in the directories, but not in the last part, which may not exist yet. */
function real(path: string): string {
  try {
    return join(realpathSync(dirname(path)), path.slice(dirname(path).length));
  } catch {
    return path;
  }
}
