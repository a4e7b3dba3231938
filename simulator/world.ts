/** What a story has come to: the open workspace, and what an onlooker remembers of it. */
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { MANIFEST_FILE } from '../src/integrity/manifest.js';
import { sha256 } from '../src/kernel/hash.js';
import type { PassReport } from '../src/passes/pass-facts.js';
import { openWorkspace } from '../src/workspace/open-workspace.js';
import type { CommitResult, Workspace } from '../src/workspace/types.js';
import { machine } from './machine.js';
import { type Place, PROTECTED_PAGE } from './place.js';
import type { Event } from './story.js';

/** A file as the tree has it: content or target, mode, and number of names. */
export type SeenFile = {
  readonly kind: 'file' | 'link' | 'other';
  readonly hash: string;
  readonly mode: number;
  readonly links: number;
};
export type Tree = ReadonlyMap<string, SeenFile>;
export type Words = { readonly path: string; readonly mark: string };
export type PassEvent = Extract<Event, { kind: 'pass' }>;
/** A pass that was begun, with what came of it. */
export type Ended = {
  readonly event: PassEvent;
  readonly runId: string | undefined;
  readonly report: PassReport | undefined;
  readonly error: unknown;
  readonly crashed: boolean;
  /** The fault was hit. */
  readonly hit: boolean;
};

export type World = {
  readonly place: Place;
  workspace: Workspace;
  /** Files as the owner or a commit left them. */
  readonly expected: Map<string, SeenFile>;
  /** Where the owner saved a file while a pass was open: what was there before is also right. */
  readonly alternatives: Map<string, readonly (SeenFile | undefined)[]>;
  /** Pages as they were when the story began. */
  readonly firstPages: ReadonlyMap<string, string>;
  /** What the owner has written, and what they have replaced themselves. */
  readonly words: Words[];
  readonly replacedWords: Set<string>;
  readonly passes: Ended[];
  readonly refusals: { readonly runId: string; readonly path: string }[];
  readonly violations: string[];
  /** The briefings that manager passes have written. */
  readonly briefings: string[];
  /** Run ids that agents were given, in order. */
  readonly runs: string[];
  /** The fence with which each run id was claimed. */
  readonly claims: Map<string, number>;
  /** Files of the state directory that are replaced, but never removed. */
  readonly stateFiles: Set<string>;
  agentAtWork: boolean;
  /** Passes run at the same time. */
  sideBySide: boolean;
  /** Files that were there before the pass; its agent chooses the modes of others. */
  before: ReadonlySet<string>;
  /** A pass was begun and has not ended properly. */
  passOpen: boolean;
  /** A commit may have been carried out without a word, because a fault was in its way. */
  unsure: boolean;
  /** Rows of the change log that have been looked at. */
  changesSeen: number;
  /** What the owner wrote on a protected page and has not signed. */
  unsigned: readonly string[];
  readonly trace: string[];
};

export function openWorld(place: Place, afterCommit: (world: World) => void): World {
  const world: World = {
    place,
    workspace: openWorkspace(place.root, { home: place.home, clock: machine.clock }),
    expected: new Map(treeOf(place.root)),
    alternatives: new Map(),
    firstPages: pagesOf(place.root),
    words: [],
    replacedWords: new Set(),
    passes: [],
    refusals: [],
    violations: [],
    briefings: [],
    runs: [],
    claims: new Map(),
    stateFiles: new Set(),
    agentAtWork: false,
    sideBySide: false,
    before: new Set(),
    passOpen: false,
    unsure: false,
    changesSeen: 0,
    unsigned: [],
    trace: [],
  };
  world.workspace = watched(world, afterCommit);
  return world;
}

/** The process dies, and another one opens the workspace. */
export function reopen(world: World, afterCommit: (world: World) => void): void {
  machine.restart(() => world.workspace.close());
  world.agentAtWork = false;
  const { root, home } = world.place;
  world.workspace = openWorkspace(root, { home, clock: machine.clock });
  world.workspace = watched(world, afterCommit);
}

function watched(world: World, afterCommit: (world: World) => void): Workspace {
  const { workspace } = world;
  return {
    ...workspace,
    commit: (change, options) => {
      const result = workspace.commit(change, options);
      machine.look(() => {
        remember(world, result);
        afterCommit(world);
      });
      return result;
    },
  };
}

/** The owner has saved a file: that is how it should be now. */
export function expectFile(world: World, path: string): void {
  const seen = lookAt(world.place.root, path);
  if (world.passOpen)
    world.alternatives.set(path, [
      ...(world.alternatives.get(path) ?? []),
      world.expected.get(path),
      seen,
    ]);
  if (seen === undefined) world.expected.delete(path);
  else world.expected.set(path, seen);
}

function remember(world: World, { files, fields, notices }: CommitResult): void {
  const { root } = world.place;
  for (const { path, after } of files) {
    const seen = lookAt(root, path);
    if (seen?.hash !== after && !world.agentAtWork)
      world.violations.push(`attributable: a commit wrote ${path}, and it has other content`);
    if (seen === undefined) world.expected.delete(path);
    else world.expected.set(path, { ...seen, mode: world.expected.get(path)?.mode ?? seen.mode });
  }
  const whole = fields.filter(({ address }) => !address.includes('#'));
  for (const { address, new: value } of whole) {
    const seen = lookAt(root, address);
    if (seen === undefined) world.expected.delete(address);
    else if (value === `sha256:${seen.hash}`) world.expected.set(address, seen);
  }
  // Each place has an owner's key of its own, and so another signature.
  for (const { path, after } of files)
    world.trace.push(`commit ${path} ${path === MANIFEST_FILE ? '' : after}`);
  world.trace.push(...fields.map(({ address }) => `field ${address}`), ...notices);
}

function pagesOf(root: string): ReadonlyMap<string, string> {
  const pages = [...treeOf(root).keys()].filter((path) => path.endsWith('.md'));
  return new Map(pages.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

const UNGOVERNED = new Set(['.nocturne', '.git', 'node_modules']);

/** Every file of a folder, by an eye of its own. */
export function treeOf(root: string): Tree {
  const found = new Map<string, SeenFile>();
  const look = (folder: string): void => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (UNGOVERNED.has(path)) continue;
      if (lstatSync(join(root, path)).isDirectory()) look(path);
      else {
        const seen = lookAt(root, path);
        if (seen !== undefined) found.set(path, seen);
      }
    }
  };
  look('');
  return found;
}

export function lookAt(root: string, path: string): SeenFile | undefined {
  const place = join(root, path);
  const stats = lstatSync(place, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const common = { mode: stats.mode & 0o7777, links: stats.nlink };
  if (stats.isSymbolicLink()) return { ...common, kind: 'link', hash: readlinkSync(place) };
  if (!stats.isFile()) return { ...common, kind: 'other', hash: '' };
  return { ...common, kind: 'file', hash: sha256(readFileSync(place)) };
}

/** Whether such words stand there. The recovery of a crashed pass undoes and keeps them. */
export function hasUnsignedPage({ place, unsigned }: World): boolean {
  const path = join(place.root, PROTECTED_PAGE);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return unsigned.some((mark) => text.includes(mark));
}
