/**
 * The running passes as stored in the state directory, one file each: how `pass end` finds what
 * `pass begin` knew, and how a crash is found.
 */
import { lstatSync, readdirSync, renameSync, rmSync } from '../kernel/files.js';
import { join } from 'node:path';
import { defined } from '../kernel/defined.js';
import { closeCommitRecord, recordedRuns } from '../workspace/commit-record.js';
import { makeDirectory } from '../workspace/durable.js';
import { unpinForPass } from '../workspace/pinned-root.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import { forgetSeenFiles } from './seen-files.js';
import { errnoOf, storageError } from '../workspace/storage-error.js';
import type { Briefed, Entered, HostSession, Undone, Worked } from './types.js';

const FOLDER = 'passes';
const SUFFIX = '.json';
/** Where earlier versions stored the only pass. */
const FORMER_FILE = 'pass.json';

/**
 * What is left of a pass when its process dies: enough to undo, to continue, and to report.
 */
export type StoredPass = {
  readonly version: 2;
  /**
   * The process that stored it has ended and a host's agent works (`pass begin`); otherwise its
   * process must be alive.
   */
  readonly waiting: boolean;
  readonly data: StoredStage;
  /**
   * What the agent left was judged and undone. `recorded`: that is in the logs as well. `ended`: no
   * process of the agent was left, so whatever changed since is not the pass's.
   */
  readonly left?: {
    readonly undone: readonly Undone[];
    readonly recorded: boolean;
    readonly ended?: true;
  };
};

/** A pass is stored when it has entered, when its agent can begin, and when that has ended. */
export type StoredStage = Entered | Briefed | Worked;

export function storePass(
  state: string,
  data: StoredStage,
  options: Pick<StoredPass, 'left'> & { readonly waiting?: boolean } = {},
): void {
  const { left, waiting = false } = options;
  makeDirectory(join(state, FOLDER), 0o700);
  writeJsonDurably(
    pathOf(state, data.runId),
    { version: 2, waiting, data, ...defined({ left }) } satisfies StoredPass,
    { mode: 0o600 },
  );
}

/** All of them, the oldest run first: running, crashed, or waiting for their agent. */
export function storedPasses(state: string): readonly StoredPass[] {
  return storedRuns(state).flatMap((runId) => storedPass(state, runId) ?? []);
}

export function storedPass(state: string, runId: string): StoredPass | undefined {
  const path = pathOf(state, runId);
  const stat = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (stat === undefined) return undefined;
  const version = `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
  const cached = cache.get(path);
  if (cached?.version === version) return cached.stored;
  const stored = readJson<StoredPass>(path);
  if (stored === undefined) cache.delete(path);
  else cache.set(path, { version, stored });
  return stored;
}

/** The stored passes whose agents can be at work. Only these can call tools. */
export function passesAtWork(state: string): readonly Briefed[] {
  return storedPasses(state).flatMap(({ data }) => (isBriefed(data) ? [data] : []));
}

export function isBriefed(stage: StoredStage): stage is Briefed {
  return 'brief' in stage;
}

/** The running pass that a host began for this session of it. */
export function passOfSession(state: string, session: HostSession): Briefed | undefined {
  return passesAtWork(state).find(
    (pass) => pass.session?.host === session.host && pass.session.id === session.id,
  );
}

/** The record of its commits goes last: without it, a stored pass would undo what it committed. */
export function forgetPass(state: string, runId: string): void {
  const path = pathOf(state, runId);
  rmSync(path, { force: true });
  closeCommitRecord(state, runId);
  forgetSeenFiles(state, runId);
  cache.delete(path);
  if (storedRuns(state).length === 0) unpinForPass(state);
}

/** Records of commits whose pass is forgotten: the process died between the two. */
export function removeOrphanRecords(state: string): void {
  const stored = new Set(storedRuns(state));
  for (const runId of recordedRuns(state)) if (!stored.has(runId)) closeCommitRecord(state, runId);
}

/** A pass that crashed under an earlier version is found as well. */
export function moveFormerFile(state: string): void {
  const path = join(state, FORMER_FILE);
  const runId = readJson<StoredPass>(path)?.data.runId;
  if (runId === undefined) return;
  makeDirectory(join(state, FOLDER), 0o700);
  renameSync(path, pathOf(state, runId));
}

/**
 * Asked at every tool call, and each with the baseline of the whole workspace in it. A file is only
 * ever replaced, never written in place.
 */
const cache = new Map<string, { readonly version: string; readonly stored: StoredPass }>();

function storedRuns(state: string): readonly string[] {
  const folder = join(state, FOLDER);
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length))
      .sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw storageError(error, folder, 'list');
  }
}

function pathOf(state: string, runId: string): string {
  return join(state, FOLDER, `${runId}${SUFFIX}`);
}
