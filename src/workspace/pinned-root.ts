/**
 * Pins the folder of a workspace by device, inode and real path, when it is opened and when a pass
 * begins. If an agent replaces the folder, Nocturne neither reads nor writes anything there.
 */
import { lstatSync, readlinkSync, realpathSync, rmSync, statSync } from '../kernel/files.js';
import { dirname, join, resolve } from 'node:path';
import { stamp, systemClock } from '../kernel/clock.js';
import { NocturneError } from '../kernel/error.js';
import { recordIncident } from './incident.js';
import { bootId } from './process-identity.js';
import { descriptorPath, dropDescriptor, holdDescriptor } from './root-descriptor.js';
import { readJson, statePath, writeJsonDurably } from './state-home.js';

/** Inodes as text, because they can exceed safe integers. `boot`: a reboot renumbers devices. */
type Identity = {
  readonly path: string;
  readonly device: string;
  readonly inode: string;
  readonly boot: string;
};
type Pin = { readonly identity: Identity; readonly state: string; readonly openings: number };
/** In the state directory until a pass has ended, even after a crash. */
type PassRoot = Identity & { readonly version: 1; readonly runId: string };

const FILE = 'pass-root.json';
const pins = new Map<string, Pin>();

/**
 * The real path of a workspace. @throws NocturneError `NO_WORKSPACE`, or `ROOT_MOVED` if the
 * running pass began in another folder.
 */
export function findPinned(directory: string, home: string): string {
  const named = resolve(directory);
  assertPassRoot(statePath(home, named), named);
  let root: string;
  try {
    root = realpathSync(named);
  } catch (cause) {
    throw new NocturneError('NO_WORKSPACE', `there is no directory ${directory}`, {
      hint: 'create a workspace with nocturne init, or name one with --workspace',
      cause,
    });
  }
  if (root !== named) assertPassRoot(statePath(home, root), root);
  return root;
}

/** Pins the folder at the real path `root` until it is unpinned as often. */
export function pinRoot(root: string, state: string): void {
  const identity = identify(root);
  const before = pins.get(root);
  const again = before !== undefined && isSame(before.identity, identity);
  if (!again) holdDescriptor(root);
  pins.set(root, { identity, state, openings: again ? before.openings + 1 : 1 });
}

export function unpinRoot(root: string): void {
  const pin = pins.get(root);
  if (pin === undefined) return;
  if (pin.openings > 1) pins.set(root, { ...pin, openings: pin.openings - 1 });
  else {
    pins.delete(root);
    dropDescriptor(root);
  }
}

/** Call it before every write. @throws NocturneError `ROOT_MOVED`, which is an incident. */
export function assertRoot(root: string): void {
  const pin = pins.get(root);
  if (pin !== undefined) compare(pin.identity, { state: pin.state, isPass: false });
}

/** Records in which folder a pass began, for the process that ends or reconciles it. */
export function pinForPass(root: string, state: string, runId: string): void {
  writeJsonDurably(join(state, FILE), { version: 1, runId, ...identify(root) } satisfies PassRoot);
}

export function unpinForPass(state: string): void {
  rmSync(join(state, FILE), { force: true });
}

/** @throws NocturneError `ROOT_MOVED` if the recorded pass did not begin in this folder. */
export function assertPassRoot(state: string, root: string): void {
  const pinned = readJson<PassRoot>(join(state, FILE));
  if (pinned !== undefined) compare({ ...pinned, path: root }, { state, isPass: true });
}

function identify(root: string): Identity {
  const { dev, ino } = statSync(root, { bigint: true });
  return { path: root, device: String(dev), inode: String(ino), boot: bootId() };
}

function isSame(a: Identity, b: Identity): boolean {
  return a.inode === b.inode && (a.device === b.device || a.boot !== b.boot);
}

function compare(
  pinned: Identity,
  options: { readonly state: string; readonly isPass: boolean },
): void {
  const { path } = pinned;
  const seen = whatIsAt(pinned);
  if (seen === undefined) return;
  const message = `the folder of the workspace, ${path}, was moved or replaced: ${seen.what}`;
  recordIncident(options.state, {
    kind: 'root-moved',
    at: stamp(systemClock.now()),
    message,
    findings: [{ file: path, problem: 'root-moved', message: seen.what }],
  });
  const own = options.isPass
    ? `. If you replaced it yourself, for example with a restored copy, remove ${join(options.state, FILE)} instead`
    : '';
  throw new NocturneError('ROOT_MOVED', message, {
    file: path,
    hint: `nothing was written. ${repairCommands(pinned, seen)}; then run the command again${own}`,
  });
}

/** `obstacle`: what has to be removed before the workspace can be restored. */
type Seen = {
  readonly what: string;
  readonly obstacle?: { readonly path: string; readonly isLink: boolean };
};

/** `undefined` if the pinned folder is there, without a link in its path. */
function whatIsAt(pinned: Identity): Seen | undefined {
  const { path } = pinned;
  const link = linkIn(path);
  if (link === path)
    return {
      what: `it is now a link to ${readlinkSync(path)}`,
      obstacle: { path, isLink: true },
    };
  if (link !== undefined)
    return {
      what: `${link} is now a link to ${readlinkSync(link)}`,
      obstacle: { path: link, isLink: true },
    };
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return { what: 'it no longer exists' };
  if (!stats.isDirectory())
    return {
      what: 'it is no longer a folder',
      obstacle: { path, isLink: false },
    };
  return isSame(pinned, identify(path))
    ? undefined
    : { what: 'another folder is now in its place', obstacle: { path, isLink: false } };
}

function linkIn(path: string): string | undefined {
  const parts = path.split('/');
  const prefixes = parts.map((_, i) => parts.slice(0, i + 1).join('/')).slice(1);
  return prefixes.find(
    (prefix) => lstatSync(prefix, { throwIfNoEntry: false })?.isSymbolicLink() === true,
  );
}

/** Shell commands that restore the workspace without losing anything. */
function repairCommands(pinned: Identity, { obstacle }: Seen): string {
  const { path } = pinned;
  const moved = currentPath(path);
  const clear =
    obstacle === undefined
      ? []
      : [
          obstacle.isLink
            ? `rm ${quoted(obstacle.path)}`
            : `mv ${quoted(obstacle.path)} ${quoted(`${obstacle.path}.replaced`)}`,
        ];
  const home = `mkdir -p ${quoted(dirname(path))}`;
  if (moved === undefined)
    return `Look for the workspace (find / -xdev -inum ${pinned.inode}) and restore it: ${[...clear, home, `mv FOUND ${quoted(path)}`].join(' && ')}`;
  if (moved.endsWith(' (deleted)'))
    return `The workspace was deleted: restore it from a backup${clear.length === 0 ? '' : `, after ${clear.join()}`}`;
  // If a parent folder was moved, the commands move that folder back.
  const below = obstacle === undefined ? '' : path.slice(obstacle.path.length);
  const whole = obstacle !== undefined && moved.endsWith(below);
  const move = whole
    ? `mv ${quoted(moved.slice(0, moved.length - below.length))} ${quoted(obstacle.path)}`
    : `${home} && mv ${quoted(moved)} ${quoted(path)}`;
  return `The workspace is now at ${moved}. Move it back: ${[...clear, move].join(' && ')}`;
}

/** The descriptor follows the folder when it is moved. */
function currentPath(root: string): string | undefined {
  const descriptor = descriptorPath(root);
  const path = descriptor === undefined ? undefined : readlinkSync(descriptor);
  return path === root ? undefined : path;
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
