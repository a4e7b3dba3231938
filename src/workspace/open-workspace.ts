/** Opens a workspace for reading and committing. */
import type { Clock } from '../kernel/clock.js';
import { commit } from './commit.js';
import { assertRoot, findPinned, pinRoot, unpinRoot } from './pinned-root.js';
import { openSnapshot } from './snapshot.js';
import { stateDirectory } from './state-home.js';
import type { Snapshot, Workspace } from './types.js';

export function openWorkspace(
  directory: string,
  options: { readonly home: string; readonly clock: Clock },
): Workspace {
  const root = findPinned(directory, options.home);
  const state = stateDirectory(options.home, root);
  pinRoot(root, state);
  const open = (): Snapshot => {
    assertRoot(root);
    return openSnapshot(root, { now: options.clock.now() });
  };
  return {
    root,
    clock: options.clock,
    state,
    home: options.home,
    snapshot: open,
    commit: (change, settings) => commit({ root, state, open }, change, settings),
    close: () => unpinRoot(root),
  };
}
