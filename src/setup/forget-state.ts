/**
 * The state of a workspace that stood at the same place and is gone: its anchors would refuse the
 * new one.
 */
import { existsSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeDirectory, syncDirectory } from '../workspace/durable.js';
import { stateDirectory } from '../workspace/state-home.js';

/**
 * Puts it aside, and never deletes it: a backup of that workspace may come back. Returns where it
 * is; `undefined` when there was none.
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
