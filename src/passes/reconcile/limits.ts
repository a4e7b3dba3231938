/**
 * How much one pass may change, counted before anything is read. Beyond it everything that the pass
 * changed is undone together, because judging it could take hours and fill the disk.
 */
import { fieldText } from '../../project/field-text.js';
import { readCommitRecord } from '../../workspace/commit-record.js';
import type { FileEntry, Snapshot, Workspace } from '../../workspace/types.js';
import type { Baseline } from '../types.js';
import type { BaselineOfPass } from './differences.js';

const MIB = 1024 * 1024;
const DEFAULTS = { pass_files: 10_000, pass_mib: 1024, pass_rows: 1000 };

/** Every path that can have changed: by size, times, permissions, or because it came or went. */
export function touchedPaths(
  baseline: Baseline,
  now: ReadonlyMap<string, FileEntry>,
): readonly string[] {
  const isTouched = (path: string): boolean => {
    const [file, entry] = [baseline.files[path], now.get(path)];
    if (entry === undefined) return true;
    if (entry.kind === 'symlink') return baseline.links[path] !== entry.target;
    return (
      file === undefined ||
      entry.kind !== 'file' ||
      file.size !== entry.size ||
      file.mtimeMs !== entry.mtimeMs ||
      file.ctimeMs !== entry.ctimeMs ||
      file.mode !== (entry.mode & 0o7777)
    );
  };
  const paths = [...Object.keys(baseline.files), ...Object.keys(baseline.links), ...now.keys()];
  return [...new Set(paths)].filter(isTouched).sort();
}

/** Why it is too much; `undefined` within the owner's numbers. */
export function excess(
  workspace: Workspace,
  { runId, limits }: BaselineOfPass & { readonly limits: PassLimits },
  changed: {
    readonly paths: readonly string[];
    readonly now: ReadonlyMap<string, Pick<FileEntry, 'size'>>;
  },
): string | undefined {
  const { paths, now } = changed;
  if (paths.length > limits.files)
    return `it changed ${paths.length} files, and a pass may change ${limits.files}`;
  const bytes = paths.reduce((sum, path) => sum + (now.get(path)?.size ?? 0), 0);
  if (bytes > limits.bytes)
    return `it wrote ${Math.ceil(bytes / MIB)} MiB, and a pass may write ${limits.bytes / MIB} MiB`;
  const rows = rowsOf(workspace, runId);
  return rows > limits.rows
    ? `its calls added ${rows} rows to the logs, and a pass may add ${limits.rows}`
    : undefined;
}

export type PassLimits = { readonly files: number; readonly bytes: number; readonly rows: number };

/** The owner's numbers, in USER.md. */
export function passLimits(snapshot: Snapshot): PassLimits {
  const owner = snapshot.records('OWNER')[0];
  const number = (field: keyof typeof DEFAULTS): number => {
    const text = fieldText(owner, field);
    return /^\d+$/.test(text) ? Number(text) : DEFAULTS[field];
  };
  return {
    files: number('pass_files'),
    bytes: number('pass_mib') * MIB,
    rows: number('pass_rows'),
  };
}

function rowsOf({ state }: Workspace, runId: string): number {
  return readCommitRecord(state, runId)
    .flatMap((record) => (record.kind === 'append' ? [record.appended] : []))
    .reduce(
      (sum, rows) => sum + Buffer.from(rows, 'base64').toString('latin1').split('\n').length - 1,
      0,
    );
}
