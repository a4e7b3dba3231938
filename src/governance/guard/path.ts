/** Resolves a path to a workspace file, or gives every reason not to follow it. */
import { isAbsolute } from 'node:path';
import { defined } from '../../kernel/defined.js';
import { showControl } from '../../kernel/show-control.js';
import { TEMP_PREFIX } from '../../workspace/durable.js';
import type { FileEntry, Snapshot } from '../../workspace/types.js';
import { hasInvisible, isFolder, lookAlikeOf, sameButCase, skeleton } from './look-alike.js';
import { type FileProbe, type Probed, probeOf } from './probe.js';
import { RESERVED } from './reserved-below.js';
import type { Reason, ReasonCode } from '../types.js';

const LONGEST_PATH = 4096;
const LONGEST_NAME = 255;

export type PathWorld = {
  readonly root: string;
  readonly files: ReadonlyMap<string, FileEntry>;
  readonly probe: FileProbe;
  /** `$NOCTURNE_HOME`, absolute: reserved wherever it is. */
  readonly home: string | undefined;
};

/**
 * `remove` does not follow a link in the last place. `move` refuses one, because a relative link
 * would change its meaning. `folder` must be a directory or nothing; `write` must not be a
 * directory.
 */
/** The files of a snapshot, and what the disk says now. */
export function pathWorld(
  snapshot: Pick<Snapshot, 'root' | 'files' | 'place'>,
  home: string | undefined,
  probe: FileProbe = probeOf(snapshot),
): PathWorld {
  const { root, files } = snapshot;
  return { root, files, home, probe };
}

export type PathUse = 'write' | 'remove' | 'move' | 'folder';

/** `path`: set whenever it could be resolved, even if there are reasons. */
export type Target = {
  readonly path: string | undefined;
  readonly reasons: readonly Reason[];
  readonly existing: Probed | undefined;
};

/** @param rawPath absolute, or relative to `from` (default: the root of the workspace). */
export function resolveTarget(
  world: PathWorld,
  rawPath: string,
  options: { readonly use?: PathUse; readonly from?: string } = {},
): Target {
  const use = options.use ?? 'write';
  const reasons = spelling(rawPath, use);
  const refuse = (code: ReasonCode, message: string): void => void reasons.push({ code, message });
  const relative = insideRoot(world, rawPath.replace(/\0[^]*$/, ''), options.from ?? '');
  if (relative === undefined) {
    refuse('path-outside', `${show(rawPath)} is outside the workspace; use a path inside it`);
    return { path: undefined, reasons, existing: undefined };
  }
  const walked = walk(world, relative);
  reasons.push(...walked.reasons);
  const path = walked.path;
  if (path === undefined) return { path, reasons, existing: undefined };
  if (path === '') {
    if (use !== 'folder')
      refuse('path-invalid', `${show(rawPath)} is the workspace itself, not a file in it`);
    return { path, reasons, existing: { kind: 'directory', links: 1 } };
  }
  reasons.push(...reserved(world, path), ...lookAlikes(world, path));
  const existing = probeAt(world, path);
  // After a slash, removing goes through the link.
  const through = use === 'remove' && /\/\.?$/.test(rawPath) ? 'folder' : use;
  reasons.push(...standing(path, existing, through));
  return { path, reasons, existing };
}

/** What is wrong with the characters alone. */
function spelling(rawPath: string, use: PathUse): Reason[] {
  const reasons: Reason[] = [];
  const invalid = (what: string): void =>
    void reasons.push({ code: 'path-invalid', message: `${show(rawPath)} ${what}` });
  const names = rawPath.split('/');
  if (rawPath === '') invalid('is empty; give a path relative to the workspace');
  if (
    Buffer.byteLength(rawPath) > LONGEST_PATH ||
    names.some((name) => Buffer.byteLength(name) > LONGEST_NAME)
  )
    invalid(`is longer than a path may be (${LONGEST_PATH} bytes, ${LONGEST_NAME} a name)`);
  if (/[\0-\x1f\x7f-\x9f]/.test(rawPath)) invalid('contains a control character');
  if (hasInvisible(rawPath)) invalid('contains an invisible character');
  if (/\p{Surrogate}/u.test(rawPath)) invalid('is not well-formed Unicode');
  if (rawPath.includes('\\')) invalid('contains a backslash; separate folders with /');
  if (/^~/.test(rawPath))
    invalid('begins with ~, which is not expanded; give a path relative to the workspace');
  if (
    /^[a-z][a-z0-9+.-]*:\/\//i.test(rawPath) ||
    /^(?:file|data|javascript):/i.test(rawPath) ||
    /^[a-z]:\//i.test(rawPath)
  )
    invalid('is a URL or a drive, not a path');
  if (names.some((name) => name !== '.' && name !== '..' && /(?:^\s|[\s.]$)/.test(name)))
    invalid(
      'has a name that begins or ends with a blank, or ends with a dot; some disks drop these',
    );
  if (/:(?::|\$data)/i.test(rawPath))
    invalid('names an alternate stream of a file; name the file itself');
  if (rawPath.endsWith('/') && use === 'write') invalid('names a folder; name a file');
  if (escapesWhenDecoded(rawPath)) invalid('becomes another path when percent-decoded');
  if (structure(rawPath.normalize('NFKC').replace(/[∕⁄⧸]/g, '/')) !== structure(rawPath))
    reasons.push({
      code: 'path-look-alike',
      message: `${show(rawPath)} contains characters that only look like / or .`,
    });
  return reasons;
}

/** A later caller that percent-decodes the path must not end up elsewhere. */
function escapesWhenDecoded(rawPath: string): boolean {
  let text = rawPath;
  for (let round = 0; round < 3 && /%[0-9a-f]{2}/i.test(text); round++) {
    text = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (structure(text) !== structure(rawPath) || /[\0-\x1f\x7f\\]/.test(text)) return true;
  }
  return false;
}

/** The part of a path that decides where it leads: separators and dots. */
function structure(path: string): string {
  return path
    .split('/')
    .map((name) => (name === '.' || name === '..' || name === '' ? name : 'x'))
    .join('/');
}

/** `.` and `..` are still in it; `undefined` for an absolute path elsewhere. */
function insideRoot(world: PathWorld, rawPath: string, from: string): string | undefined {
  if (!isAbsolute(rawPath)) return from === '' ? rawPath : `${from}/${rawPath}`;
  const squeezed = rawPath.replace(/\/{2,}/g, '/');
  for (const root of new Set([world.root, world.probe.real(world.root)])) {
    if (squeezed === root) return '';
    if (squeezed.startsWith(`${root}/`)) return squeezed.slice(root.length + 1);
  }
  return undefined;
}

/** By component, so that `..` after a link does not mean the folder that holds the link. */
function walk(world: PathWorld, relative: string): { path: string | undefined; reasons: Reason[] } {
  const reasons: Reason[] = [];
  let current: string[] = [];
  const names = relative.split('/').filter((name) => name !== '' && name !== '.');
  for (const [index, name] of names.entries()) {
    if (name === '..') {
      if (current.length === 0)
        return {
          path: undefined,
          reasons: [
            ...reasons,
            { code: 'path-outside', message: `${show(relative)} leads out of the workspace` },
          ],
        };
      current = current.slice(0, -1);
      continue;
    }
    current = [...current, name];
    if (index === names.length - 1) break;
    const folder = current.join('/');
    const found = probeAt(world, folder);
    if (found?.kind === 'symlink')
      reasons.push({
        code: 'path-symlink',
        message: `${show(folder)} is a link to ${show(found.target ?? '?')}; use the real path`,
      });
    else if (found !== undefined && found.kind !== 'directory' && !RESERVED.has(name))
      reasons.push({ code: 'path-invalid', message: `${show(folder)} is not a folder` });
  }
  return { path: current.join('/'), reasons };
}

function reserved(world: PathWorld, path: string): Reason[] {
  const name = path
    .split('/')
    .find(
      (part) =>
        RESERVED.has(skeleton(part)) || /^git~\d$/i.test(part) || part.startsWith(TEMP_PREFIX),
    );
  if (name !== undefined)
    return [
      {
        code: 'path-reserved',
        message: `${show(path)}: ${show(name)} is reserved; agents do not write there`,
      },
    ];
  const absolute = `${world.root}/${path}`;
  return world.home !== undefined &&
    (absolute === world.home || absolute.startsWith(`${world.home}/`))
    ? [{ code: 'path-reserved', message: `${show(path)} is in Nocturne's state directory` }]
    : [];
}

/** Another spelling of an existing name is never a new file. */
function lookAlikes(world: PathWorld, path: string): Reason[] {
  const twin = lookAlikeOf(world.files, path);
  if (twin === undefined) return [];
  const code: ReasonCode = sameButCase(twin.part, twin.exists) ? 'path-case' : 'path-look-alike';
  const how = code === 'path-case' ? 'differs only by case from' : 'looks like';
  return [
    {
      code,
      message: `${show(twin.part)} ${how} ${show(twin.exists)}, which exists; use that name, or one that cannot be confused with it`,
    },
  ];
}

function standing(path: string, existing: Probed | undefined, use: PathUse): Reason[] {
  if (existing === undefined || use === 'remove')
    return existing?.kind === 'other'
      ? [{ code: 'path-invalid', message: `${show(path)} is a device, a pipe or a socket` }]
      : [];
  if (existing.kind === 'symlink')
    return [
      {
        code: 'path-symlink',
        message: `${show(path)} is a link to ${show(existing.target ?? '?')}; write to the real file`,
      },
    ];
  if (existing.kind === 'other')
    return [{ code: 'path-invalid', message: `${show(path)} is a device, a pipe or a socket` }];
  if (existing.kind === 'directory' && use === 'write')
    return [{ code: 'path-invalid', message: `${show(path)} is a folder, not a file` }];
  if (existing.kind === 'file' && use === 'folder')
    return [{ code: 'path-invalid', message: `${show(path)} is a file, not a folder` }];
  if (existing.kind === 'file' && existing.links > 1)
    return [
      {
        code: 'path-hard-link',
        message: `${show(path)} has ${existing.links} names (hard links); writing one would change them all`,
      },
    ];
  return [];
}

/** The disk first, then the snapshot. */
function probeAt(world: PathWorld, path: string): Probed | undefined {
  const probed = world.probe.at(`${world.root}/${path}`);
  if (probed !== undefined) return probed;
  const entry = world.files.get(path);
  if (entry === undefined)
    return isFolder(world.files, path) ? { kind: 'directory', links: 1 } : undefined;
  return {
    kind: entry.kind,
    links: entry.links,
    ...defined({ target: entry.target }),
  };
}

/** A path on one line of limited length. */
function show(text: string): string {
  const shown = showControl(text);
  return shown.length > 160 ? `${shown.slice(0, 157)}...` : shown;
}
