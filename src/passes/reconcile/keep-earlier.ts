/** Keeps what a file held before a change that stays, in case the change was not the owner's. */
import { copyFileDurably, removeIfThere, writeFileDurably } from '../../workspace/durable.js';
import { assembleObject } from '../../workspace/objects.js';
import { freeName } from '../../workspace/restore.js';
import type { Workspace } from '../../workspace/types.js';
import { type Content, isLarge } from './content.js';
import type { Difference } from './differences.js';
import { keptDirectory } from './kept-directory.js';

/** A change during a pass in place that nobody can attribute, and that stays. */
export type Unattributed = {
  readonly path: string;
  readonly what: string;
  /** Whether its earlier version is kept. */
  readonly earlier: 'none' | 'kept' | 'lost';
};

export function keepEarlier(
  { root }: Workspace,
  runId: string,
  { path, kind, before }: Difference,
): Unattributed {
  const what = WHAT[kind];
  if (before === undefined || kind === 'mode') return { path, what, earlier: 'none' };
  try {
    keep(root, freeName(root, `${keptDirectory(runId)}/${path}`), before);
    return { path, what, earlier: 'kept' };
  } catch {
    // The change stays in any case, and the row says what is lost.
    return { path, what, earlier: 'lost' };
  }
}

const WHAT: Readonly<Record<Difference['kind'], string>> = {
  added: 'added',
  changed: 'changed',
  deleted: 'deleted',
  mode: 'its permissions changed',
  link: 'its link changed',
  special: 'replaced',
  unreadable: 'closed',
};

function keep(root: string, place: string, content: Content): void {
  if (!isLarge(content)) return writeFileDurably(place, content.bytes());
  content.store();
  const whole = assembleObject(root, content.hash);
  try {
    copyFileDurably(whole, place);
  } finally {
    removeIfThere(whole);
  }
}
