/** The protected files: those whose most specific route in REGISTRY.md is PROTECTED. */
import { type Dirent, lstatSync, readdirSync } from '../kernel/files.js';
import { join } from 'node:path';
import { globMatches, isLiteral } from '../kernel/glob.js';
import { routesOf } from '../registry/route.js';
import type { Schema } from '../registry/types.js';
import { errnoOf } from '../workspace/storage-error.js';
import { isIgnored } from '../workspace/walk.js';

/** The protected files among `paths`, sorted. If two routes are equally specific, one is enough. */
export function protectedFiles(schema: Schema, paths: Iterable<string>): string[] {
  const found: string[] = [];
  for (const path of paths) if (isProtected(schema, path)) found.push(path);
  return found.sort();
}

export function isProtected(schema: Schema, path: string): boolean {
  return routesOf(schema, path).some((route) => route.tier === 'PROTECTED');
}

/**
 * The same set from the disk, without a walk of the whole tree: looks up literal patterns and
 * follows globs segment by segment. Includes symbolic links and other special entries with a
 * protected name, which the gate refuses, but no directories.
 * @throws errors of the file system, except for missing files.
 */
export function findProtected(root: string, schema: Schema): string[] {
  const candidates = new Set<string>();
  for (const route of schema.routes)
    if (route.tier === 'PROTECTED')
      expand(root, '', route.pattern.split('/'), (path) => candidates.add(path));
  return protectedFiles(schema, candidates);
}

/** Files that a glob matches, found in the same way. */
export function findMatching(root: string, glob: string): string[] {
  const found: string[] = [];
  expand(root, '', glob.split('/'), (path) => found.push(path));
  return found.filter((path) => globMatches(glob, path)).sort();
}

function expand(
  root: string,
  directory: string,
  segments: readonly string[],
  found: (path: string) => void,
): void {
  const [segment, ...rest] = segments;
  if (segment === undefined) return;
  if (isLiteral(segment)) {
    const path = directory + segment;
    const stats = isIgnored(path)
      ? undefined
      : lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) expand(root, `${path}/`, rest, found);
    // `a/**` also matches `a`.
    else if (stats !== undefined && rest.every((part) => part === '**')) found(path);
    return;
  }
  // A segment that crosses directories or may contain a slash: everything below is a candidate.
  const anyDepth = /\*\*|[{}()]/.test(segment);
  for (const entry of list(join(root, directory))) {
    const path = directory + entry.name;
    if (isIgnored(path) || !(anyDepth || globMatches(segment, entry.name))) continue;
    if (entry.isDirectory()) expand(root, `${path}/`, anyDepth ? segments : rest, found);
    else if (anyDepth || rest.every((part) => part === '**')) found(path);
  }
}

function list(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}
