/**
 * One measurement: Nocturne runs the metric of a step in a fresh copy of the workspace, in a
 * sandbox, and reads the number that it prints.
 */
import { join } from 'node:path';
import type { SandboxInForce } from '../../../agents/sandbox.js';
import { runCommand } from '../../../governance/conditions/run-programs.js';
import { lastLine } from '../../../governance/conditions/last-line.js';
import { defined } from '../../../kernel/defined.js';
import { inDroppedCopy } from '../../../passes/copy/dropped-copy.js';
import { makeCopy, removeCopy, type SourceFile } from '../../../passes/copy/make-copy.js';
import type { PassCopy } from '../../../passes/copy/pass-copy.js';
import { hashIfThere } from '../../../workspace/file-content.js';
import { within } from '../../../workspace/root-descriptor.js';
import type { Snapshot, Workspace } from '../../../workspace/types.js';
import { walk } from '../../../workspace/walk.js';
import type { Metric } from '../types.js';
import { type KeptAttempt, keptFile } from './attempt-store.js';
import { isHeldOut, measures, metricFiles } from './metric-files.js';

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
  const { workspace, sandbox, runId, project, metric, signal } = measuring;
  if (sandbox.kind !== 'on')
    return { kind: 'failed', why: 'Nocturne measures only in a sandbox, and there is none.' };
  const snapshot = workspace.snapshot();
  const folder = join(workspace.state, 'copies', `${runId}.measure`);
  const places = [`PROJECTS/${project}`];
  const isSeen = (path: string): boolean => isHeld || !isHeldOut(metric, project, path);
  const copy = makeCopy({
    root: workspace.root,
    folder,
    places,
    files: filesOf(snapshot, attempt),
    mayWrite: () => true,
    isHidden: (path) => !isSeen(path),
  });
  try {
    const command = isHeld ? metric.heldOut?.command : metric.command;
    const result = await runCommand({
      argv: [...(command ?? [])],
      cwd: join(workspace.root, `PROJECTS/${project}`),
      timeoutMs: LIMIT_MS,
      signal,
      wrap: inDroppedCopy(workspace, sandbox, copy),
    });
    if (signal.aborted) return { kind: 'stopped', why: 'The pass was stopped.' };
    if (result.kind === 'failed') return { kind: 'failed', why: `${result.why}.` };
    const edited = editedFile(copy, measuring, snapshot, isSeen);
    if (edited !== undefined)
      return { kind: 'edited', why: `${edited} changed while it measured.` };
    return numberIn(result);
  } finally {
    removeCopy({ root: workspace.root, folder }, copy.made);
  }
}

function* filesOf(
  { root, files }: Snapshot,
  attempt: KeptAttempt | undefined,
): Generator<SourceFile> {
  const changes = new Map(attempt?.changes);
  for (const { path, kind, mode, size, target = '' } of files.values()) {
    const change = changes.get(path);
    changes.delete(path);
    if (change !== undefined) yield* changedFile(attempt, change, mode);
    else if (kind === 'file') yield { path, kind, from: () => within(root, path), mode, size };
    else if (kind === 'symlink') yield { path, kind, target };
  }
  for (const change of changes.values()) yield* changedFile(attempt, change, 0o644);
}

function* changedFile(
  attempt: KeptAttempt | undefined,
  { path, after, size, mode }: { path: string; after?: string; size: number; mode?: number },
  usual: number,
): Generator<SourceFile> {
  if (attempt === undefined || after === undefined) return;
  yield { path, kind: 'file', from: () => keptFile(attempt, path), mode: mode ?? usual, size };
}

/** What is measured must not change what measures. */
function editedFile(
  { folder }: PassCopy,
  { metric, project }: Measuring,
  snapshot: Snapshot,
  isSeen: (path: string) => boolean,
): string | undefined {
  const expected = new Map(
    [...metricFiles(metric, project, snapshot)].filter(([path]) => isSeen(path)),
  );
  const found = [...walk(folder).keys()].filter((path) => measures(metric, project, path));
  return [...new Set([...expected.keys(), ...found])].find(
    (path) => hashIfThere(join(folder, path)) !== expected.get(path),
  );
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
    const last = lastLine(stderr) || lastLine(stdout);
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
  return { kind: 'value', ...defined({ value }) };
}
