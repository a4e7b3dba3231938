/** Finds the directory of the workspace. */
import { existsSync, readdirSync, realpathSync } from '../../kernel/files.js';
import { dirname, join, resolve } from 'node:path';
import { MANIFEST_FILE } from '../../integrity/manifest.js';
import { NocturneError } from '../../kernel/error.js';
import { readAnchors } from '../../workspace/anchors.js';
import { statePath } from '../../workspace/state-home.js';
import { onFile } from '../../workspace/storage-error.js';

const REGISTRY = 'REGISTRY.md';

type Asked = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workspace: string | undefined;
};

/** `--workspace`, the nearest parent that is a workspace, `$NOCTURNE_WORKSPACE`. */
export function namedRoot({ cwd, env, workspace: root }: Asked): string | undefined {
  if (root !== undefined) return resolve(cwd, root);
  for (let directory = cwd; ; directory = dirname(directory)) {
    if (hasPage(directory)) return directory;
    if (directory === dirname(directory)) break;
  }
  const named = env['NOCTURNE_WORKSPACE'];
  return named === undefined || named === '' ? undefined : resolve(cwd, named);
}

/**
 * @param options `home`: the state directory of Nocturne; `agentWorkspaces`: where the installed
 *   hosts keep their agents' workspaces, tried last.
 */
export function findRoot(
  asked: Asked,
  { home, agentWorkspaces }: { readonly home: string; readonly agentWorkspaces: readonly string[] },
): string {
  const root =
    namedRoot(asked) ?? agentWorkspaces.find((folder) => existsSync(join(folder, REGISTRY)));
  if (root !== undefined && isWorkspace(root, home)) return root;
  throw new NocturneError(
    'NO_WORKSPACE',
    root === undefined
      ? `there is no workspace here: neither ${asked.cwd} nor a parent directory has a REGISTRY.md`
      : `${root} is not a workspace: it has no REGISTRY.md`,
    {
      hint: 'create one with nocturne init DIR, or name one with --workspace DIR or $NOCTURNE_WORKSPACE',
    },
  );
}

/**
 * A workspace that lost its pages still is one, and the gate says what is missing. A folder that is
 * gone gets its own message when it is opened.
 */
function isWorkspace(root: string, home: string): boolean {
  if (hasPage(root)) return true;
  if (!existsSync(root)) return true;
  const { logs } = readAnchors(statePath(home, realpathSync(root)));
  if (Object.keys(logs).length > 0) return true;
  onFile(root, 'list', () => readdirSync(root));
  return false;
}

/** Of the two that every workspace has, one may be lost. */
function hasPage(directory: string): boolean {
  return [REGISTRY, MANIFEST_FILE].some((file) => existsSync(join(directory, file)));
}
