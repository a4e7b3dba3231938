/** Checks of what interrupted work leaves: locks, journal, temporary files, passes, incidents. */
import { lstatSync, unlinkSync } from '../../kernel/files.js';
import { join } from 'node:path';
import { listIncidents } from '../../workspace/incident.js';
import { storedPasses } from '../../passes/pass-file.js';
import { removeUnusedObjects, sizeOfStore } from '../../passes/stored-objects.js';
import { committedEntries, isJournalEmpty } from '../../workspace/journal-files.js';
import { consecutiveFailures, failedInRow } from '../../workspace/fence-counter.js';
import { breakCommitMutex, commitMutexStatus, storeDirectory } from '../../workspace/mutex.js';
import { breakLock, livePasses, passLock } from '../../workspace/pass-lock.js';
import { walk } from '../../workspace/walk.js';
import { broken, off, type Observation, working } from '../../kernel/observation.js';
import type { ExaminedWorkspace, WorkspaceCheck } from './types.js';

/** One failed pass does not mean that the workspace is broken. */
const MANY = 3;

export const lock: WorkspaceCheck = {
  of: 'workspace',
  id: 'lock',
  look: ({ workspace, clock }) => {
    const { isReadable, claims } = passLock(workspace.root, clock);
    const commit = commitMutexStatus(workspace.root);
    const { failures, failedAt } = consecutiveFailures(workspace.state);
    const found: Observation[] = [];
    if (!isReadable) found.push(broken('the pass lock cannot be read', 'nocturne lock break'));
    for (const { runId, state } of claims)
      if (state !== 'live')
        found.push(broken(`the claim of ${runId} is stale (${state})`, 'nocturne lock break'));
    if (commit?.life === 'dead')
      found.push(
        broken(
          `the commit lock is held by process ${commit.holder.pid}, which is dead`,
          'nocturne doctor --fix',
        ),
      );
    if (commit?.life === 'unknown')
      found.push(
        broken(
          `the commit lock is held by process ${commit.holder.pid} on ${commit.holder.host}, which this machine cannot check`,
          'if that machine is gone: nocturne lock break',
        ),
      );
    if (failures >= MANY) found.push(broken(failedInRow(failures, failedAt), 'nocturne status'));
    if (found.length > 0) return found;
    return working(
      claims.length > 0
        ? `running: ${claims.map(({ runId }) => runId).join(', ')}`
        : `no pass is running${failures === 0 ? '' : `; ${failures} failed since the last one that succeeded`}`,
    );
  },
  repair: ({ workspace, clock }) => {
    const done: string[] = [];
    if (
      commitMutexStatus(workspace.root)?.life === 'dead' &&
      breakCommitMutex(workspace.root) !== undefined
    )
      done.push('broke the commit lock');
    const { isReadable, claims } = breakLock(workspace.root, workspace.state, {
      clock,
      which: ({ state }) => state !== 'live',
    });
    if (!isReadable || claims.length > 0)
      done.push('broke the stale lock; the next pass corrects LOCK.md');
    return done.length === 0 ? undefined : done.join('; ');
  },
};

export const journal: WorkspaceCheck = {
  of: 'workspace',
  id: 'journal',
  look: ({ workspace }) => {
    if (isJournalEmpty(workspace.root)) return working('no commit was interrupted');
    const entries = committedEntries(workspace.root).length;
    return broken(
      entries === 0
        ? 'a commit was interrupted before it took effect'
        : `${entries} ${entries === 1 ? 'commit is' : 'commits are'} not finished`,
      'nocturne gate, or the next pass, finishes it',
    );
  },
};

export const temporaries: WorkspaceCheck = {
  of: 'workspace',
  id: 'temporary-files',
  look: (examined) => {
    const found = abandoned(examined);
    return found.length === 0
      ? working('no interrupted write left one behind')
      : broken(`interrupted writes left behind: ${found.join(', ')}`, 'nocturne doctor --fix');
  },
  repair: (examined) => {
    const found = abandoned(examined);
    for (const path of found) unlinkSync(join(examined.workspace.root, path));
    return found.length === 0 ? undefined : `removed ${found.length}`;
  },
};

export const store: WorkspaceCheck = {
  of: 'workspace',
  id: 'store',
  look: ({ workspace }) => {
    const stats = lstatSync(join(workspace.root, '.nocturne'), { throwIfNoEntry: false });
    if (stats === undefined)
      return off(
        '.nocturne does not exist; the next command that writes creates it',
        'nocturne doctor --fix',
      );
    if (!stats.isDirectory())
      return broken(
        '.nocturne is not a directory, so the journal and locks would be somewhere else',
        'remove it',
      );
    return working(
      '.nocturne contains the journal, snapshots and caches; deleting it loses nothing else',
    );
  },
  repair: ({ workspace }) => {
    if (lstatSync(join(workspace.root, '.nocturne'), { throwIfNoEntry: false }) !== undefined)
      return undefined;
    storeDirectory(workspace.root);
    return 'created it';
  },
};

export const pass: WorkspaceCheck = {
  of: 'workspace',
  id: 'pass',
  look: ({ workspace, clock }) => {
    const stored = storedPasses(workspace.state);
    if (stored.length === 0) return working('no pass is unfinished');
    const running = new Set(livePasses(workspace.root, clock).map(({ runId }) => runId));
    return stored.map(({ data: { runId }, waiting }) =>
      running.has(runId)
        ? working(`${runId} is running${waiting ? ' in a host session' : ''}`)
        : broken(
            `${runId} never ended`,
            'nocturne run manager closes it; the next worker pass decides about the changes that it left',
          ),
    );
  },
};

/** Passes remove unused contents; many are left only if no pass ended. */
export const objects: WorkspaceCheck = {
  of: 'workspace',
  id: 'objects',
  look: ({ workspace, snapshot }) => {
    const { objects, bytes, unused } = sizeOfStore(workspace, snapshot);
    const fact = `${objects} kept contents, ${megabytes(bytes)}; ${unused.objects} of them, ${megabytes(unused.bytes)}, are unused`;
    return unused.bytes > bytes / 2 ? broken(fact, 'nocturne doctor --fix') : working(fact);
  },
  repair: ({ workspace, clock }) => {
    if (livePasses(workspace.root, clock).length > 0) return undefined;
    return `removed ${removeUnusedObjects(workspace).removed} unused contents`;
  },
};

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export const incidents: WorkspaceCheck = {
  of: 'workspace',
  id: 'incidents',
  look: ({ workspace }) => {
    const found = listIncidents(workspace.state);
    const last = found.at(-1);
    return last === undefined
      ? working('none')
      : broken(
          `${found.length === 1 ? 'one incident' : `${found.length} incidents`}, the last at ${last.at}: ${last.message}`,
          'nocturne gate, which closes it once nothing is wrong',
        );
  },
};

/** Temporary files of a running commit are not abandoned. */
function abandoned({ workspace }: ExaminedWorkspace): readonly string[] {
  const holder = commitMutexStatus(workspace.root);
  if ((holder !== undefined && holder.life !== 'dead') || !isJournalEmpty(workspace.root))
    return [];
  const found: string[] = [];
  walk(workspace.root, (path) => found.push(path));
  return found;
}
