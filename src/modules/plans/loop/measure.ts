/**
 * One measurement: Nocturne runs the metric of a step in a fresh copy of the workspace, in a
 * sandbox, and reads the number that it prints.
 */
import { join } from 'node:path';
import type { SandboxInForce } from '../../../agents/sandbox.js';
import { runCommand } from '../../../governance/conditions/run-programs.js';
import { lastLine } from '../../../governance/conditions/last-line.js';
import { lastSaid } from '../../../governance/last-words.js';
import { checksFolder } from '../../../passes/copy/copy-for-pass.js';
import { cloneForAttempt } from '../../../passes/repository/clone-for-attempt.js';
import { repositoryOf } from '../../../passes/repository/repository-record.js';
import { inDroppedCopy } from '../../../passes/copy/dropped-copy.js';
import { makeCopy, removeCopy, type SourceFile } from '../../../passes/copy/make-copy.js';
import type { PassCopy } from '../../../passes/copy/pass-copy.js';
import { hashIfThere } from '../../../workspace/file-content.js';
import { within } from '../../../workspace/root-descriptor.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { walk } from '../../../workspace/walk.js';
import type { Metric } from '../types.js';
import { type KeptAttempt, putAttempt } from './attempt-store.js';
import { isHeldOut, measures } from './metric-files.js';

const LIMIT_MS = 600_000;

export type Measuring = {
  readonly workspace: Workspace;
  readonly sandbox: SandboxInForce;
  readonly signal: AbortSignal;
  /** Of the pass that measures. */
  readonly runId: string;
  readonly project: string;
  readonly metric: Metric;
};
export type Measured =
  | { readonly kind: 'value'; readonly value: number }
  /** One sentence. `stopped`: nothing is said about the attempt. */
  | { readonly kind: 'failed' | 'edited' | 'stopped'; readonly why: string };

/** @param attempt what it changes in the workspace; without one, the workspace is measured. */
export async function measure(
  measuring: Measuring,
  attempt: KeptAttempt | undefined,
  isHeld: boolean,
): Promise<Measured> {
  const { workspace, sandbox, project, metric, signal } = measuring;
  if (sandbox.kind !== 'on')
    return { kind: 'failed', why: 'Nocturne measures only in a sandbox, and there is none.' };
  const copy = freshCopy(measuring, attempt, isHeld);
  try {
    const before = measuringFiles(copy, measuring);
    const result = await runCommand({
      argv: [...((isHeld ? metric.heldOut?.command : metric.command) ?? [])],
      cwd: join(workspace.root, `PROJECTS/${project}`),
      timeoutMs: LIMIT_MS,
      signal,
      wrap: inDroppedCopy(workspace, sandbox, copy),
    });
    if (signal.aborted) return { kind: 'stopped', why: 'The pass was stopped.' };
    if (result.kind === 'failed') return { kind: 'failed', why: `${result.why}.` };
    const after = measuringFiles(copy, measuring);
    const edited = [...new Set([...before.keys(), ...after.keys()])].find(
      (path) => before.get(path) !== after.get(path),
    );
    // What is measured must not change what measures.
    if (edited !== undefined)
      return { kind: 'edited', why: `${edited} changed while it measured.` };
    return numberIn(result);
  } finally {
    removeCopy({ root: workspace.root, folder: copy.folder }, copy.made);
  }
}

/** The workspace, and the repository of the project, as the attempt left them. */
function freshCopy(
  { workspace, runId, project, metric }: Measuring,
  attempt: KeptAttempt | undefined,
  isHeld: boolean,
): PassCopy {
  const { root, state } = workspace;
  const snapshot = workspace.snapshot();
  const made = makeCopy({
    root,
    folder: checksFolder(state, runId),
    places: [`PROJECTS/${project}`],
    files: filesOf(snapshot),
    mayWrite: () => true,
    isHidden: (path) => !isHeld && isHeldOut(metric, project, path),
  });
  const repository = repositoryOf(snapshot, project);
  const copy =
    repository === undefined
      ? made
      : cloneForAttempt(made, { state, runId, repository, now: snapshot.now });
  if (attempt !== undefined) putAttempt(attempt, copy.folder);
  return copy;
}

function* filesOf({ root, files }: Snapshot): Generator<SourceFile> {
  for (const { path, kind, mode, size, target = '' } of files.values())
    if (kind === 'file') yield { path, kind, from: () => within(root, path), mode, size };
    else if (kind === 'symlink') yield { path, kind, target };
}

/** Each file that measures, with its SHA-256. */
function measuringFiles(
  { folder }: PassCopy,
  { metric, project }: Measuring,
): ReadonlyMap<string, string | undefined> {
  const paths = [...walk(folder).keys()].filter((path) => measures(metric, project, path));
  return new Map(paths.map((path) => [path, hashIfThere(join(folder, path))]));
}

function numberIn({
  exit,
  stdout,
  stderr,
}: {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}): Measured {
  if (exit !== 0) {
    const last = lastSaid({ stdout, stderr });
    const ended = exit === null ? 'was ended by a signal' : `ended with code ${exit}`;
    return { kind: 'failed', why: `The metric ${ended}${last === '' ? '' : `: ${last}`}.` };
  }
  const text = lastLine(stdout).trim();
  const value = Number(text);
  if (text === '' || !Number.isFinite(value))
    return {
      kind: 'failed',
      why: `The last line that the metric printed is not a number: "${text.slice(0, 80)}".`,
    };
  return { kind: 'value', value };
}
