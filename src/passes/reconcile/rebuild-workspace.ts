/**
 * Makes a deleted workspace again from the state directory, as it was when the agent of the pinned
 * pass began, with Nocturne's own commits since.
 */
import { chmodSync, mkdirSync } from '../../kernel/files.js';
import { messageOf, NocturneError } from '../../kernel/error.js';
import { systemClock } from '../../kernel/clock.js';
import { openWorkspace } from '../../workspace/open-workspace.js';
import {
  pinForPass,
  type RootIdentity,
  unpinForPass,
  whatIsAt,
} from '../../workspace/pinned-root.js';
import { clearPlace } from '../../workspace/restore-root.js';
import { restoreStore } from '../../workspace/restore-store.js';
import { within } from '../../workspace/root-descriptor.js';
import { isBriefed, storedPass } from '../pass-file.js';
import { committedContents } from './differences.js';
import { restoreAll } from './restore.js';

export type Rebuilt = {
  readonly done: readonly string[];
  readonly files: number;
  /** Why a file could not be restored, by path. */
  readonly missing: ReadonlyMap<string, string>;
};

type Lost = {
  readonly home: string;
  readonly state: string;
  readonly pinned: RootIdentity & { readonly runId: string };
};

/** @throws NocturneError `NOT_FOUND` if the state directory does not know its files. */
export function rebuildWorkspace({ home, state, pinned }: Lost): Rebuilt {
  const { path, runId } = pinned;
  const data = storedPass(state, runId)?.data;
  if (data === undefined || !isBriefed(data))
    throw new NocturneError(
      'NOT_FOUND',
      `${path} is gone, and the state directory holds none of its files: the agent of ${runId} had not begun`,
      { hint: 'restore the workspace from a backup' },
    );
  const seen = whatIsAt(pinned);
  const done = seen === undefined ? [] : clearPlace(seen);
  mkdirSync(path, { recursive: true });
  unpinForPass(state);
  pinForPass(path, state, runId);
  const workspace = openWorkspace(path, { home, clock: systemClock });
  try {
    restoreStore(workspace);
    const { baseline } = data;
    for (const [folder, mode] of foldersOf(baseline.folders)) {
      mkdirSync(within(path, folder), { recursive: true });
      chmodSync(within(path, folder), mode | 0o700);
    }
    const expected = committedContents(workspace, data);
    const paths = [
      ...new Set([
        ...Object.keys(baseline.files),
        ...Object.keys(baseline.links),
        ...expected.keys(),
      ]),
    ];
    const missing = restoreAll(workspace, data, { paths, expected });
    for (const [folder, mode] of foldersOf(baseline.folders)) chmodSync(within(path, folder), mode);
    return { done, files: paths.length - missing.size, missing };
  } catch (error) {
    throw new NocturneError('STORAGE', `${path} could not be made again: ${messageOf(error)}`, {
      hint: 'restore the workspace from a backup',
      cause: error,
    });
  } finally {
    workspace.close();
  }
}

/** Parents first. */
function foldersOf(
  folders: Readonly<Record<string, number>> | undefined,
): readonly (readonly [string, number])[] {
  return Object.entries(folders ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}
