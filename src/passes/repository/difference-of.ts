/** What an attempt changed in its clone, in the terms in which every difference is judged. */
import { join } from 'node:path';
import { defined } from '../../kernel/defined.js';
import { bytesContent, type Content, fileContent } from '../reconcile/content.js';
import type { Difference } from '../reconcile/differences.js';
import type { Workspace } from '../../workspace/types.js';
import type { PassCopy, RepositoryClone } from '../copy/pass-copy.js';
import { deskFolder } from './clone-for-attempt.js';
import { blobBytes, closeDesk, type Desk, openDesk, type TreeEntry, treeEntries } from './desk.js';
import { type FolderChange, folderChanges } from './folder-changes.js';
import { openOrigin, type Origin } from './origin.js';

export type AttemptDifference = {
  /** By path in the workspace. */
  readonly changes: readonly Difference[];
  /** Judged by their path, and dropped: git ignores them. */
  readonly ignored: readonly Difference[];
};
export type Attempt = {
  readonly root: string;
  readonly state: string;
  readonly runId: string;
  readonly copy: PassCopy & { readonly repository: RepositoryClone };
};

/** `undefined`: the pass works on no repository that is elsewhere. */
export function attemptOf(
  { root, state }: Pick<Workspace, 'root' | 'state'>,
  { runId, copy }: { readonly runId: string; readonly copy: PassCopy },
): Attempt | undefined {
  const { repository } = copy;
  return repository === undefined
    ? undefined
    : { root, state, runId, copy: { ...copy, repository } };
}

/** @param changes read from trees and files, never from what the agent's git says. */
export function differenceOf(
  attempt: Attempt,
  changes: readonly FolderChange[] = changesOf(attempt),
): AttemptDifference {
  const { root, copy } = attempt;
  const { path: inside, repository } = copy.repository;
  let opened: Origin | undefined;
  const origin = (): Origin => (opened ??= openOrigin(repository));
  const asDifference = ({ path, kind, before, after, why }: FolderChange): Difference => ({
    path: `${inside}/${path}`,
    kind,
    before: before?.kind === 'file' ? storedContent(root, origin, before) : undefined,
    after:
      after !== undefined && (kind === 'added' || kind === 'changed')
        ? fileContent(root, join(copy.folder, inside, path), after.size)
        : undefined,
    mode: before === undefined ? undefined : Number.parseInt(before.mode, 8) & 0o777,
    isElsewhere: true,
    ...defined({ why }),
  });
  return {
    changes: changes.filter(({ isIgnored }) => !isIgnored).map(asDifference),
    ignored: changes
      .filter(({ isIgnored }) => isIgnored)
      .map((change) => ({
        ...asDifference({ ...change, kind: 'special' }),
        kind: 'added',
        after: bytesContent(root, Buffer.alloc(0)),
      })),
  };
}

/** The same changes with paths in the repository, before anything of them is read as a whole. */
export function changesOf(attempt: Omit<Attempt, 'root'>): readonly FolderChange[] {
  const { state, runId, copy } = attempt;
  const origin = openOrigin(copy.repository.repository);
  const desk = openDesk(origin, deskFolder(state, `${runId}.difference`));
  try {
    return changesAt(desk, attempt);
  } finally {
    closeDesk(desk);
  }
}

/** The same, at a desk that is open. */
export function changesAt(desk: Desk, { copy }: Pick<Attempt, 'copy'>): readonly FolderChange[] {
  const { path: inside, base } = copy.repository;
  const mounted = copy.bound.flatMap(({ path }) =>
    path.startsWith(`${inside}/`) ? [path.slice(inside.length + 1)] : [],
  );
  const tree = treeEntries(desk, base);
  return folderChanges(desk, join(copy.folder, inside), { tree, skipped: new Set(mounted) });
}

/** It is read when it is asked for. */
function storedContent(root: string, origin: () => Origin, { id, size }: TreeEntry): Content {
  let content: Content | undefined;
  const read = (): Content =>
    (content ??= bytesContent(root, blobBytes({ directory: origin().directory }, id)));
  return {
    get hash() {
      return read().hash;
    },
    size,
    bytes: () => read().bytes(),
    chunks: () => read().chunks(),
    store: () => read().store(),
  };
}
