/** Carries out a plan of repairs: every file that loses something is copied aside first. */
import { basename, join } from 'node:path';
import { renameSync } from '../kernel/files.js';
import { NocturneError } from '../kernel/error.js';
import { conflictSides } from '../markdown/conflict-markers.js';
import { makeDirectory } from '../workspace/durable.js';
import { transact } from '../workspace/journal.js';
import { observe } from '../workspace/observe.js';
import { livePasses } from '../workspace/pass-lock.js';
import type { StorageOp } from '../workspace/storage-types.js';
import type { Workspace } from '../workspace/types.js';
import { someFiles } from './alarm.js';
import type { PageProblems } from './page-problems.js';
import type { RepairPlan } from './plan-repairs.js';

export type RepairRequest = RepairPlan & {
  /** Journal entries that cannot be trusted, by path. */
  readonly journal: readonly string[];
  /** Pages with conflict markers, of which the owner keeps his own side. */
  readonly conflicts: PageProblems['conflicts'];
  /** The folder of the workspace for copies. */
  readonly aside: string;
  readonly owner: string;
};

/** `done`: in sentences. `recorded`: not while a log is damaged or not anchored yet. */
export type Repaired = { readonly done: readonly string[]; readonly recorded: boolean };

/**
 * @throws NocturneError `LOCKED` while a pass runs, `CONFLICT` if a file changed at the same time.
 */
export function carryOutRepairs(workspace: Workspace, request: RepairRequest): Repaired {
  const { root, state, clock } = workspace;
  const { repairs, copies, conflicts, aside } = request;
  if (livePasses(root, clock).length > 0)
    throw new NocturneError('LOCKED', 'a pass is running and may be writing to these files', {
      hint: 'wait until it ends, or end it with nocturne lock break',
    });
  const done: string[] = [];
  done.push(...moveJournal(root, state, request.journal));
  const meta = { runId: '', byOwner: true, reason: 'repaired' } as const;
  const restored = repairs.flatMap(({ file, reason, before, content }): StorageOp[] => [
    ...(reason === 'line-endings' ? [] : copyAside(root, aside, file)),
    { kind: 'write', path: file, content, before },
  ]);
  const moved = copies.flatMap(({ file }): StorageOp[] => {
    const seen = observe(join(root, file));
    if (seen.kind !== 'file') return [];
    return [...copyAside(root, aside, file), { kind: 'delete', path: file, before: seen.hash }];
  });
  const resolved = conflicts.flatMap(({ file }): StorageOp[] => {
    const seen = observe(join(root, file));
    if (seen.kind !== 'file') return [];
    const [ours = ''] = conflictSides(seen.bytes.toString('utf8'));
    return [
      ...copyAside(root, aside, file),
      { kind: 'write', path: file, content: Buffer.from(ours), before: seen.hash },
    ];
  });
  transact(root, state, [...restored, ...moved, ...resolved], meta);
  const files = (kind: string): readonly string[] =>
    repairs.filter(({ reason }) => reason === kind).map(({ file }) => file);
  const say = (what: string, paths: readonly string[]): void => {
    if (paths.length > 0) done.push(`${what} ${someFiles(paths)}`);
  };
  say('restored, as they were missing or empty,', files('lost'));
  say('restored the line endings of', files('line-endings'));
  say('restored, without the formatting,', files('formatting'));
  say('restored, without the conflict markers,', files('conflict'));
  say(
    'kept our side of the conflicts in',
    conflicts.map(({ file }) => file),
  );
  say(
    'moved aside',
    copies.map(({ file }) => file),
  );
  return { done, recorded: done.length > 0 && record(workspace, request, done) };
}

function copyAside(root: string, aside: string, file: string): StorageOp[] {
  const seen = observe(join(root, file));
  return seen.kind === 'file'
    ? [{ kind: 'write', path: join(aside, file), content: seen.bytes, before: undefined }]
    : [];
}

function moveJournal(root: string, state: string, entries: readonly string[]): readonly string[] {
  if (entries.length === 0) return [];
  const folder = join(state, 'distrusted-journal');
  makeDirectory(folder, 0o700);
  for (const path of entries) renameSync(join(root, path), join(folder, basename(path)));
  return entries.map((path) => `moved the journal entry ${basename(path)} to ${folder}`);
}

function record(workspace: Workspace, request: RepairRequest, done: readonly string[]): boolean {
  const { repairs, copies, conflicts, owner } = request;
  const files = [...repairs, ...copies, ...conflicts].map(({ file }) => file);
  try {
    workspace.commit({
      actor: { kind: 'owner', name: owner },
      runId: '',
      reason: 'repaired',
      changes: [],
      audit: [
        {
          step: '',
          type: 'repair',
          target: files.join(', ').length > 1000 ? `${files.length} files` : files.join(', '),
          authorisation: 'owner',
          result: 'ok',
          detail: done.join('; '),
        },
      ],
    });
    return true;
  } catch (error) {
    if (!(error instanceof NocturneError) || !['GATE', 'NOT_TRUSTED'].includes(error.code))
      throw error;
    return false;
  }
}
