/** Reads a shell command in a folder of a workspace, with what is on the disk now. */
import { join } from 'node:path';
import { matchingNames } from './matching-names.js';
import { resolveTarget, type PathWorld } from './path.js';
import { parseShell, type ShellWorld } from './shell.js';
import type { Script } from './shell-types.js';

/** @param cwd relative to the workspace. */
export function readCommand(world: PathWorld, text: string, cwd: string): Script {
  return parseShell(text, shellWorld(world, cwd));
}

function shellWorld(world: PathWorld, cwd: string): ShellWorld {
  return {
    cwd,
    folder(from, target) {
      const { path, reasons, existing } = resolveTarget(world, target, { use: 'folder', from });
      return reasons.length === 0 && existing?.kind === 'directory' ? path : undefined;
    },
    matches: (from, pattern) => matchingNames(join(world.root, from), pattern, world.probe.place),
  };
}
