/**
 * Pins the folder of a workspace by device, inode and real path, when it is opened and when a pass
 * begins. If an agent replaces the folder, Nocturne neither reads nor writes anything there.
 */
import { lstatSync, readlinkSync, realpathSync, rmSync, statSync } from '../kernel/files.js';
import { join, resolve } from 'node:path';
import { stamp, systemClock } from '../kernel/clock.js';
import { NocturneError } from '../kernel/error.js';
import { shellWord } from '../kernel/shell-word.js';
import { recordIncident } from './incident.js';
import { bootId } from './process-identity.js';
import { descriptorPath, dropDescriptor, holdDescriptor } from './root-descriptor.js';
import { readJson, statePath, writeJsonDurably } from './state-home.js';
import { onFile } from './storage-error.js';

/** Inodes as text, because they can exceed safe integers. `boot`: a reboot renumbers devices. */
export type RootIdentity = {
  readonly path: string;
  readonly device: string;
  readonly inode: string;
  readonly boot: string;
};
type Pin = { readonly identity: RootIdentity; readonly state: string; readonly openings: number };
/** In the state directory until a pass has ended, even after a crash. */
type PassRoot = RootIdentity & { readonly version: 1; readonly runId: string };

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
  if (!again) onFile(root, 'open', () => holdDescriptor(root));
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
  const pinned = pinnedForPass(state);
  if (pinned !== undefined) compare({ ...pinned, path: root }, { state, isPass: true });
}

/** What was pinned when a pass of this state directory began, if it has not ended. */
export function pinnedForPass(state: string): PassRoot | undefined {
  return readJson<PassRoot>(join(state, FILE));
}

/** Whether a path is the pinned folder itself, and not a link to it. */
export function isPinned(pinned: RootIdentity, path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && isSame(pinned, identify(path));
}

/** Whether the pinned folder cannot be on a device, however often it was moved. */
export function cannotHold(device: string, pinned: RootIdentity): boolean {
  return device !== pinned.device && bootId() === pinned.boot;
}

function identify(root: string): RootIdentity {
  const { dev, ino } = statSync(root, { bigint: true });
  return { path: root, device: String(dev), inode: String(ino), boot: bootId() };
}

function isSame(a: RootIdentity, b: RootIdentity): boolean {
  return a.inode === b.inode && (a.device === b.device || a.boot !== b.boot);
}

function compare(
  pinned: RootIdentity,
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
    hint: `nothing was written. Bring it back: ${restoreCommand(path)}; then run the command again${own}`,
  });
}

/** The descriptor follows the folder when it is moved, so its new place is known. */
function restoreCommand(path: string): string {
  const descriptor = descriptorPath(path);
  const moved = descriptor === undefined ? undefined : readlinkSync(descriptor);
  const isKnown = moved !== undefined && moved !== path && !moved.endsWith(' (deleted)');
  return `nocturne restore-root ${shellWord(path)}${isKnown ? ` --from ${shellWord(moved)}` : ''}`;
}

/** `obstacle`: what is in its place. */
export type RootSeen = {
  readonly what: string;
  readonly obstacle?: { readonly path: string; readonly isLink: boolean };
};

/** `undefined` if the pinned folder is there, without a link in its path. */
export function whatIsAt(pinned: RootIdentity): RootSeen | undefined {
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
