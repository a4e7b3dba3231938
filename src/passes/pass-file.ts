/**
 * The running pass as stored in the state directory: how `pass end` finds what `pass begin` knew,
 * and how a crash is found.
 */
import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defined } from '../kernel/defined.js';
import { unpinForPass } from '../workspace/pinned-root.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import type { Briefed, Entered, HostSession, Undone, Worked } from './types.js';

const FILE = 'pass.json';

/**
 * What is left of a pass when its process dies: enough to undo, to take up again, and to report.
 */
export type StoredPass = {
  readonly version: 2;
  /**
   * The process that stored it has ended and a host's agent works (`pass begin`); else its process
   * must be alive.
   */
  readonly waiting: boolean;
  readonly data: StoredStage;
  /** What the agent left was judged and undone; `recorded`: that is in the logs as well. */
  readonly left?: { readonly undone: readonly Undone[]; readonly recorded: boolean };
};

/** A pass is stored when it has entered, when its agent can begin, and when that has ended. */
export type StoredStage = Entered | Briefed | Worked;

export function storePass(
  state: string,
  data: StoredStage,
  options: Pick<StoredPass, 'left'> & { readonly waiting?: boolean } = {},
): void {
  const { left, waiting = false } = options;
  writeJsonDurably(
    join(state, FILE),
    { version: 2, waiting, data, ...defined({ left }) } satisfies StoredPass,
    { mode: 0o600 },
  );
}

export function storedPass(state: string): StoredPass | undefined {
  const path = join(state, FILE);
  const stat = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (stat === undefined) return undefined;
  const version = `${path} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
  if (last?.version === version) return last.stored;
  const stored = readJson<StoredPass>(path);
  last = stored === undefined ? undefined : { version, stored };
  return stored;
}

/** The stored pass whose agent can be at work: the doors know no other. */
export function passAtWork(state: string): Briefed | undefined {
  const stored = storedPass(state);
  return stored?.version === 2 && isBriefed(stored.data) ? stored.data : undefined;
}

export function isBriefed(stage: StoredStage): stage is Briefed {
  return 'brief' in stage;
}

/** The running pass that a host began for this session of it. */
export function passOfSession(state: string, session: HostSession): Briefed | undefined {
  const data = passAtWork(state);
  return data?.session?.host === session.host && data.session.id === session.id ? data : undefined;
}

/**
 * Asked at every tool call, and with the baseline of the whole workspace in it. The file is only
 * ever replaced, never written in place.
 */
let last: { readonly version: string; readonly stored: StoredPass } | undefined;

export function forgetPass(state: string): void {
  unpinForPass(state);
  rmSync(join(state, FILE), { force: true });
}
