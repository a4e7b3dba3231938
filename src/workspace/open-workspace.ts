/**
 * A workspace held open: where it is, its clock and state directory, and the way to read and change
 * it.
 */
import { realpathSync } from 'node:fs';
import type { Clock } from '../kernel/clock.js';
import { NocturneError } from '../kernel/error.js';
import { commit } from './commit.js';
import { openSnapshot } from './snapshot.js';
import { stateDirectory } from './state-home.js';
import type { Snapshot, Workspace } from './types.js';

export function openWorkspace(
  directory: string,
  options: { readonly home: string; readonly clock: Clock },
): Workspace {
  const root = real(directory);
  const state = stateDirectory(options.home, root);
  const open = (): Snapshot => openSnapshot(root, { now: options.clock.now() });
  return {
    root,
    clock: options.clock,
    state,
    home: options.home,
    snapshot: open,
    commit: (change, settings) => commit({ root, state, open }, change, settings),
    // Nothing is held open between calls today: commits take and give back their mutex, SQL views
    // go with their snapshots.
    close: () => undefined,
  };
}

function real(directory: string): string {
  try {
    return realpathSync(directory);
  } catch (cause) {
    throw new NocturneError('NO_WORKSPACE', `there is no directory ${directory}`, {
      hint: 'run nocturne init, or name one with --workspace',
      cause,
    });
  }
}
