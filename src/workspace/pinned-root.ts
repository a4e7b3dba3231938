/**
 * Which folder a workspace is: pinned by device, inode and real path when it is opened, and for a
 * pass when it begins. An agent can move the folder
 * away and put a link or another folder in its place; then nothing is read as the workspace and
 * nothing is written, there or anywhere else.
 */
import { lstatSync, readlinkSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { stamp, systemClock } from '../kernel/clock.js';
import { NocturneError } from '../kernel/error.js';
import { recordIncident } from './incident.js';
import { bootId } from './process-identity.js';
import { descriptorPath, dropDescriptor, holdDescriptor } from './root-descriptor.js';
import { readJson, statePath, writeJsonDurably } from './state-home.js';

/**
 * Numbers as text: inodes exceed what a number holds exactly. `boot`: devices are numbered anew
 * when the machine starts.
 */
type Identity = {
  readonly path: string;
  readonly device: string;
  readonly inode: string;
  readonly boot: string;
};
type Pin = { readonly identity: Identity; readonly state: string; readonly openings: number };
/** In the state directory as long as a pass runs, or has crashed and is not settled. */
type PassRoot = Identity & { readonly version: 1; readonly runId: string };

const FILE = 'pass-root.json';
const pins = new Map<string, Pin>();

/**
 * The real path of the workspace named `directory`, where it is what the running pass began in.
 * @throws NocturneError `NO_WORKSPACE` for nothing, `ROOT_MOVED` for another folder than the
 * pass's.
 */
export function findPinned(directory: string, home: string): string {
  const named = resolve(directory);
  assertPassRoot(statePath(home, named), named);
  let root: string;
  try {
    root = realpathSync(named);
  } catch (cause) {
    throw new NocturneError('NO_WORKSPACE', `there is no directory ${directory}`, {
      hint: 'run nocturne init, or name one with --workspace',
      cause,
    });
  }
  if (root !== named) assertPassRoot(statePath(home, root), root);
  return root;
}

/** Pins the folder that is at `root`, a real path, until it is let go as often as it was pinned. */
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

/**
 * Call before anything is written. A folder that this process has not pinned passes. @throws
 * NocturneError `ROOT_MOVED`, which is an incident.
 */
export function assertRoot(root: string): void {
  const pin = pins.get(root);
  if (pin !== undefined) compare(pin.identity, { state: pin.state, isPass: false });
}

/**
 * Keeps with the pass which folder it began in, for whoever ends it or settles it after a crash.
 */
export function pinForPass(root: string, state: string, runId: string): void {
  writeJsonDurably(join(state, FILE), { version: 1, runId, ...identify(root) } satisfies PassRoot);
}

export function unpinForPass(state: string): void {
  rmSync(join(state, FILE), { force: true });
}

/**
 * @throws NocturneError `ROOT_MOVED` when what is at `root` is not what the pass on record began
 * in.
 */
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
    ? `. If you put it there yourself (a restored copy, for example), remove ${join(options.state, FILE)} instead`
    : '';
  throw new NocturneError('ROOT_MOVED', message, {
    file: path,
    hint: `nothing was written. ${wayBack(pinned, seen)}; then repeat the command${own}`,
  });
}

/** `inTheWay`: the path of what has to go before the workspace can come back. */
type Seen = {
  readonly what: string;
  readonly inTheWay?: { readonly path: string; readonly isLink: boolean };
};

/** `undefined` when it is the pinned folder, reached without a link. */
function whatIsAt(pinned: Identity): Seen | undefined {
  const { path } = pinned;
  const link = linkOnTheWay(path);
  if (link === path)
    return {
      what: `a link to ${readlinkSync(path)} is there now`,
      inTheWay: { path, isLink: true },
    };
  if (link !== undefined)
    return {
      what: `${link} is a link to ${readlinkSync(link)} now`,
      inTheWay: { path: link, isLink: true },
    };
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return { what: 'nothing is there now' };
  if (!stats.isDirectory())
    return {
      what: 'something that is not a folder is there now',
      inTheWay: { path, isLink: false },
    };
  return isSame(pinned, identify(path))
    ? undefined
    : { what: 'another folder is there now', inTheWay: { path, isLink: false } };
}

function linkOnTheWay(path: string): string | undefined {
  const parts = path.split('/');
  const prefixes = parts.map((_, i) => parts.slice(0, i + 1).join('/')).slice(1);
  return prefixes.find(
    (prefix) => lstatSync(prefix, { throwIfNoEntry: false })?.isSymbolicLink() === true,
  );
}

/** Commands for a shell that lose nothing. */
function wayBack(pinned: Identity, { inTheWay }: Seen): string {
  const { path } = pinned;
  const held = heldAt(path);
  const clear =
    inTheWay === undefined
      ? []
      : [
          inTheWay.isLink
            ? `rm ${quoted(inTheWay.path)}`
            : `mv ${quoted(inTheWay.path)} ${quoted(`${inTheWay.path}.replaced`)}`,
        ];
  const home = `mkdir -p ${quoted(dirname(path))}`;
  if (held === undefined)
    return `Look for the workspace (find / -xdev -inum ${pinned.inode}) and put it back: ${[...clear, home, `mv FOUND ${quoted(path)}`].join(' && ')}`;
  if (held.endsWith(' (deleted)'))
    return `The workspace was deleted: restore it from a backup${clear.length === 0 ? '' : `, after ${clear.join()}`}`;
  // Where a folder above it was moved, that folder goes back as a whole.
  const below = inTheWay === undefined ? '' : path.slice(inTheWay.path.length);
  const whole = inTheWay !== undefined && held.endsWith(below);
  const move = whole
    ? `mv ${quoted(held.slice(0, held.length - below.length))} ${quoted(inTheWay.path)}`
    : `${home} && mv ${quoted(held)} ${quoted(path)}`;
  return `The workspace is at ${held} now; put it back: ${[...clear, move].join(' && ')}`;
}

/** The descriptor follows the folder wherever it is moved. */
function heldAt(root: string): string | undefined {
  const descriptor = descriptorPath(root);
  const path = descriptor === undefined ? undefined : readlinkSync(descriptor);
  return path === root ? undefined : path;
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
