/** `restore-root`: brings back a workspace whose folder was moved, replaced or deleted. */
import { join, resolve } from 'node:path';
import { EXIT } from '../../../kernel/error.js';
import { listIfThere } from '../../../workspace/read-if-there.js';
import { rebuildWorkspace } from '../../../passes/reconcile/rebuild-workspace.js';
import { pinnedForPass, type RootIdentity, whatIsAt } from '../../../workspace/pinned-root.js';
import { restoreRoot as moveBack } from '../../../workspace/restore-root.js';
import { workspacesPath } from '../../../workspace/state-home.js';
import { requireOwner } from '../actor.js';
import type { Command } from '../types.js';

type Moved = { readonly state: string; readonly pinned: RootIdentity & { readonly runId: string } };
type Line = { readonly workspace: string; readonly did: readonly string[]; readonly lost: number };

export const restoreRoot: Command = {
  args: '[folder]',
  options: [{ flags: '--from <folder>', description: 'where the workspace is now' }],
  examples: [
    'nocturne restore-root',
    'nocturne restore-root ~/workspace --from /tmp/moved/workspace',
  ],
  run(context, { args, options }) {
    requireOwner(context, 'restoring a workspace');
    const [folder] = args;
    const only = folder === undefined ? undefined : resolve(context.cwd, folder);
    const { from } = options;
    const source = typeof from === 'string' ? resolve(context.cwd, from) : undefined;
    const moved = movedRoots(context.home).filter(
      ({ pinned }) => only === undefined || pinned.path === only,
    );
    const lines = moved.map((root) => bringBack(context.home, root, source));
    const lost = lines.reduce((sum, line) => sum + line.lost, 0);
    const nothing = 'No workspace is missing: every folder in which a pass began is where it was.';
    return {
      exit: lost === 0 ? EXIT.ok : EXIT.findings,
      text: lines.length === 0 ? nothing : lines.map(textOf).join('\n'),
      json: { restored: lines },
    };
  },
};

/** Workspaces whose pass has not ended and whose folder is not where it began. */
function movedRoots(home: string): readonly Moved[] {
  const folder = workspacesPath(home);
  return listIfThere(folder).flatMap((name) => {
    const state = join(folder, name);
    const pinned = pinnedForPass(state);
    return pinned === undefined || whatIsAt(pinned) === undefined ? [] : [{ state, pinned }];
  });
}

function bringBack(home: string, { state, pinned }: Moved, from: string | undefined): Line {
  const workspace = pinned.path;
  const found = moveBack(pinned, from);
  if (found.kind !== 'gone')
    return { workspace, did: found.kind === 'restored' ? found.done : [], lost: 0 };
  const { done, files, missing } = rebuildWorkspace({ home, state, pinned });
  const lost = [...missing].map(([path, why]) => `${path} cannot be restored: ${why}`);
  return {
    workspace,
    lost: missing.size,
    did: [
      `its folder was not found (${found.what}), so it was made again from the state directory`,
      ...done,
      `restored ${files} files as they were when the agent of ${pinned.runId} began, with Nocturne's own commits since`,
      'not restored: what the pass or you changed after that, kept versions, and earlier contents',
      ...lost,
    ],
  };
}

function textOf({ workspace, did }: Line): string {
  const next = 'The next pass undoes what was not allowed, or see: nocturne gate';
  return [`${workspace}:`, ...did.map((line) => `  ${line}`), next].join('\n');
}
