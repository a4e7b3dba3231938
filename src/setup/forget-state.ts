/** Sets aside the state of an earlier workspace: its anchors would make the new one's gate fail. */
import { existsSync, renameSync } from '../kernel/files.js';
import { basename, dirname, join } from 'node:path';
import { makeDirectory, syncDirectory } from '../workspace/durable.js';
import { stateDirectory } from '../workspace/state-home.js';

/**
 * Never deletes it: the owner may restore a backup of that workspace. Returns the new path, or
 * `undefined` if there was no state.
 */
export function forgetState(home: string, root: string, now: Date): string | undefined {
  const state = stateDirectory(home, root);
  if (!existsSync(join(state, 'trust.json')) && !existsSync(join(state, 'anchors.json')))
    return undefined;
  const aside = join(
    dirname(dirname(state)),
    'forgotten',
    `${basename(state)}-${now.toISOString().slice(0, 19).replaceAll(':', '')}Z`,
  );
  makeDirectory(dirname(aside), 0o700);
  renameSync(state, aside);
  syncDirectory(dirname(state));
  return aside;
}
