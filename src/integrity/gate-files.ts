/**
 * The gate's check of protected files: the files that REGISTRY.md protects, the rows of the
 * manifest and the files on disk must be the same.
 */
import { messageOf } from '../kernel/error.js';
import { lstatSync } from '../kernel/files.js';
import { dirname, join } from 'node:path';
import type { Schema } from '../registry/types.js';
import { observe } from '../workspace/observe.js';
import { errnoOf } from '../workspace/storage-error.js';
import type { GateFinding } from './gate-report.js';
import { MANIFEST_FILE, type Manifest, type ManifestRow } from './manifest.js';
import { findProtected } from './protected-files.js';

export type FileCheck = {
  readonly findings: readonly GateFinding[];
  readonly checked: readonly { readonly file: string; readonly ok: boolean }[];
};

/** @param options.hashes of files that the gate has read: it verifies what it parsed. */
export function checkFiles(
  root: string,
  options: {
    readonly schema: Schema;
    readonly manifest: Manifest;
    readonly hashes: ReadonlyMap<string, string>;
  },
): FileCheck {
  const { schema, manifest, hashes } = options;
  const rows = new Map(manifest.rows.map((row) => [row.file, row]));
  const protectedSet = new Set(findProtected(root, schema));
  const findings: GateFinding[] = [];
  const real = new Map<string, boolean>();
  for (const row of manifest.rows) {
    const finding = checkFile(root, row, { hash: hashes.get(row.file), real });
    if (finding !== undefined) findings.push(finding);
    else if (!protectedSet.has(row.file))
      findings.push({
        file: row.file,
        problem: 'row-extra',
        message: `${MANIFEST_FILE} vouches for ${row.file} (line ${row.line}), which REGISTRY.md does not protect`,
        hint: `protect it again in R3 of REGISTRY.md, or, as the owner, run nocturne sign ${row.file}`,
      });
    if (row.signedBy === '' || row.signedAt === '')
      findings.push({
        file: row.file,
        problem: 'row-unsigned',
        message: `the row of ${row.file} in ${MANIFEST_FILE} (line ${row.line}) does not say who signed it and when`,
        hint: `as the owner, run nocturne sign ${row.file}`,
      });
  }
  for (const file of protectedSet) {
    if (!rows.has(file))
      findings.push({
        file,
        problem: 'row-missing',
        message: `REGISTRY.md protects ${file}, but the owner has not signed it: ${MANIFEST_FILE} has no row for it`,
        hint: `remove the file if it is not yours; if it is, run nocturne sign ${file}`,
      });
  }
  const bad = new Set(findings.map((finding) => finding.file));
  const all = [...new Set([...protectedSet, ...rows.keys()])].sort();
  return { findings, checked: all.map((file) => ({ file, ok: !bad.has(file) })) };
}

/** It must be a regular file in real directories, with the signed hash. */
function checkFile(
  root: string,
  row: ManifestRow,
  seen: { readonly hash: string | undefined; readonly real: Map<string, boolean> },
): GateFinding | undefined {
  const { file } = row;
  const waysOut = `restore the version that was signed, or, if the change is yours, run nocturne sign ${file}`;
  if (!isReal(root, dirname(file), seen.real))
    return {
      file,
      problem: 'file-special',
      message: `${file} is in a folder that is a symbolic link; expected a real folder`,
      hint: 'replace the link with the folder',
    };
  try {
    const now =
      seen.hash === undefined ? observe(join(root, file)) : { kind: 'file', hash: seen.hash };
    if (now.kind === 'missing')
      return {
        file,
        problem: 'file-missing',
        message: `${file} is missing; it was signed by ${signature(row)} (sha256 ${short(row.sha256)})`,
        hint: waysOut,
      };
    if (now.kind === 'special')
      return {
        file,
        problem: 'file-special',
        message: `${file} is a symbolic link or another special file; a protected file must be a regular file`,
        hint: waysOut,
      };
    const hash = 'hash' in now ? now.hash : '';
    if (hash === row.sha256) return undefined;
    return {
      file,
      problem: 'file-changed',
      message: `${file} is not the version that was signed by ${signature(row)}: expected sha256 ${short(row.sha256)}, found ${short(hash)}`,
      hint: waysOut,
    };
  } catch (error) {
    return {
      file,
      problem: 'file-unreadable',
      message: `${file} cannot be read: ${messageOf(error)}`,
      hint: 'make it readable for the user who runs Nocturne',
    };
  }
}

function isReal(root: string, directory: string, cache: Map<string, boolean>): boolean {
  if (directory === '.') return true;
  const before = cache.get(directory);
  if (before !== undefined) return before;
  const real =
    isReal(root, dirname(directory), cache) && isDirectoryOrMissing(join(root, directory));
  cache.set(directory, real);
  return real;
}

function isDirectoryOrMissing(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true;
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return true;
    throw error;
  }
}

function signature(row: ManifestRow): string {
  return row.signedBy === '' ? 'nobody' : `${row.signedBy} at ${row.signedAt}`;
}

function short(hash: string): string {
  return `${hash.slice(0, 8)}…`;
}
