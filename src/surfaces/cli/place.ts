/**
 * Where a command works: the workspace's directory and the directory of the state outside of it.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { NocturneError } from '../../kernel/error.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `--workspace`, the nearest parent with a REGISTRY.md, `$NOCTURNE_WORKSPACE`,
 * `~/.openclaw/workspace`.
 */
export function findRoot(at: {
  readonly cwd: string;
  readonly env: Environment;
  readonly given: string | undefined;
}): string {
  if (at.given !== undefined) return resolve(at.cwd, at.given);
  for (let directory = at.cwd; ; directory = dirname(directory)) {
    if (existsSync(join(directory, 'REGISTRY.md'))) return directory;
    if (directory === dirname(directory)) break;
  }
  const named = at.env['NOCTURNE_WORKSPACE'];
  if (named !== undefined && named !== '') return resolve(at.cwd, named);
  const openclaw = join(homedir(), '.openclaw/workspace');
  if (existsSync(join(openclaw, 'REGISTRY.md'))) return openclaw;
  throw new NocturneError(
    'NO_WORKSPACE',
    `no workspace: neither ${at.cwd} nor a parent of it has a REGISTRY.md`,
    {
      hint: 'run nocturne init DIR, or name a workspace with --workspace DIR or $NOCTURNE_WORKSPACE',
    },
  );
}
