/** Finds the directory of the workspace. */
import { existsSync } from '../../kernel/files.js';
import { dirname, join, resolve } from 'node:path';
import { NocturneError } from '../../kernel/error.js';

type Asked = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workspace: string | undefined;
};

/** `--workspace`, the nearest parent with a REGISTRY.md, `$NOCTURNE_WORKSPACE`. */
export function namedRoot({ cwd, env, workspace: root }: Asked): string | undefined {
  if (root !== undefined) return resolve(cwd, root);
  for (let directory = cwd; ; directory = dirname(directory)) {
    if (existsSync(join(directory, 'REGISTRY.md'))) return directory;
    if (directory === dirname(directory)) break;
  }
  const named = env['NOCTURNE_WORKSPACE'];
  return named === undefined || named === '' ? undefined : resolve(cwd, named);
}

/** @param agentWorkspaces where the installed hosts keep their agents' workspaces, tried last. */
export function findRoot(asked: Asked, agentWorkspaces: readonly string[]): string {
  const root =
    namedRoot(asked) ?? agentWorkspaces.find((folder) => existsSync(join(folder, 'REGISTRY.md')));
  if (root !== undefined) return root;
  throw new NocturneError(
    'NO_WORKSPACE',
    `there is no workspace here: neither ${asked.cwd} nor a parent directory has a REGISTRY.md`,
    {
      hint: 'create one with nocturne init DIR, or name one with --workspace DIR or $NOCTURNE_WORKSPACE',
    },
  );
}
