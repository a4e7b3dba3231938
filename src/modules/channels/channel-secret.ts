/** The secrets of channels, from the environment or from files outside of the workspace. */
import { isAbsolute, join } from 'node:path';
import { readFileSync, realpathSync, statSync } from '../../kernel/files.js';
import { messageOf, NocturneError } from '../../kernel/error.js';
import { isInside } from '../../kernel/is-inside.js';

export type SecretPlace = {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** @throws NocturneError `CONFIG`, which never has the secret. */
export function readSecret(where: string, place: SecretPlace): string {
  const [, kind = '', name = ''] = /^(env|file):(.+)$/.exec(where) ?? [];
  if (kind === 'env') {
    const value = place.env[name]?.trim() ?? '';
    if (value === '') throw config(`the environment variable ${name} is not set`);
    return value;
  }
  if (kind === 'file') return fromFile(name, place);
  throw config(`"${where}" does not say where the secret is: env:NAME or file:/path`);
}

function fromFile(name: string, { root, env }: SecretPlace): string {
  const path = name.startsWith('~/') ? join(env['HOME'] ?? '/', name.slice(2)) : name;
  if (!isAbsolute(path)) throw config(`${name} is not an absolute path`);
  try {
    const real = realpathSync(path);
    if (isInside(realpathSync(root), real))
      throw config(`${name} is in the workspace, where agents can read it`);
    if ((statSync(real).mode & 0o077) !== 0)
      throw config(`other users can read ${name}: chmod 600 ${name}`);
    const value = readFileSync(real, 'utf8').trim();
    if (value === '') throw config(`${name} is empty`);
    return value;
  } catch (error) {
    if (error instanceof NocturneError) throw error;
    throw config(`${name} cannot be read: ${messageOf(error)}`);
  }
}

function config(what: string): NocturneError {
  return new NocturneError('CONFIG', what, {
    hint: 'secrets are in an environment variable or in a file outside the workspace, mode 600',
  });
}
