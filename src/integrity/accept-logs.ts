/** Logs that do not end at their anchors: what differs, and how the owner accepts them. */
import { plural } from '../kernel/words.js';
import { join } from 'node:path';
import { stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { readFileSync } from '../kernel/files.js';
import { sameAnchor } from '../workspace/anchors.js';
import { transact } from '../workspace/journal.js';
import { noteAccepted } from '../workspace/commit-record.js';
import { withCommitMutex } from '../workspace/mutex.js';
import { observe } from '../workspace/observe.js';
import { livePasses } from '../workspace/pass-lock.js';
import { errnoOf } from '../workspace/storage-error.js';
import type { Anchor, StorageOp } from '../workspace/storage-types.js';
import type { ChangeSet, Workspace } from '../workspace/types.js';
import { type AnchoredLog, anchorsOf, anchorVerdicts, verdictOn } from './anchor-logs.js';
import { checkLogs, logFiles } from './gate-logs.js';
import { logGlobs } from './gate-registry.js';
import type { OwnerKey } from './owner-key.js';
import { type LogPlace, soundPart, type SoundPart } from './sound-part.js';
import { readTrust } from './trust.js';
import { type LogVerdict, verifyLog } from './verify-log.js';

/**
 * `message`: how the log differs from its anchor (`before`). `after`: where it will end. `rest`: of
 * a damaged or missing log, what is left of it; the damaged file goes aside.
 */
export type ChangedLog = AnchoredLog & {
  readonly line: number;
  readonly message: string;
  readonly rest?: Pick<SoundPart, 'content' | 'before'>;
};

/**
 * The logs that do not end at their anchors, as `acceptLogs` would anchor them.
 * @throws NocturneError `GATE` for a log of which nothing is left, `NOT_FOUND` for a file that is
 * not a log.
 */
export function changedLogs(
  workspace: Workspace,
  files: readonly string[],
  shippedOpening: LogPlace['shippedOpening'],
): readonly ChangedLog[] {
  const { root, state } = workspace;
  const globs = logGlobs(workspace.snapshot().schema);
  const logs = [...new Set([...logFiles(root, globs), ...anchoredFiles(state)])].sort();
  for (const file of files)
    if (!logs.includes(file))
      throw new NocturneError('NOT_FOUND', `${file} is not a log of this workspace`, {
        file,
        hint: `logs: ${logs.join(', ')}`,
      });
  return withCommitMutex(root, () => {
    const anchors = anchorsOf(state);
    const { findings } = checkLogs(root, state, { globs });
    const unreadable = findings.find(({ problem }) => problem === 'anchors');
    const different =
      unreadable === undefined
        ? findings.filter(({ file }) => files.length === 0 || files.includes(file))
        : logs.map((file) => ({ ...unreadable, file }));
    return different.flatMap(({ file, line = 1, message }) => {
      const left = whatIsLeft({ root, state, shippedOpening }, file);
      const { end } = left.verdict;
      const rest = 'content' in left ? { content: left.content, before: left.before } : undefined;
      return end === undefined
        ? []
        : [{ file, line, message, before: anchors[file], after: end, ...defined({ rest }) }];
    });
  });
}

/** A sound log is accepted as it is, with rows that Nocturne did not write. */
function whatIsLeft(place: LogPlace, file: string): SoundPart | { readonly verdict: LogVerdict } {
  try {
    const verdict = verifyLog(join(place.root, file), { file });
    if (verdict.ok) return { verdict };
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
  return soundPart(place, file);
}

function anchoredFiles(state: string): readonly string[] {
  return Object.keys(anchorsOf(state));
}

/** `aside`: the folder of the workspace for damaged logs. */
export type Acceptance = {
  readonly key: OwnerKey;
  readonly signedBy: string;
  readonly reason: string;
  readonly aside: string;
};

/**
 * Anchors logs as the owner saw and accepted them. The audit log gets a row about it, which the
 * owner's key signs.
 * @throws NocturneError `NOT_TRUSTED` for a key that is not the owner's, `LOCKED` while a pass
 * runs, `CONFLICT` for a log that changed since the owner saw it.
 */
export function acceptLogs(
  workspace: Workspace,
  shown: readonly ChangedLog[],
  acceptance: Acceptance,
): void {
  const { root, state, clock } = workspace;
  const { key } = acceptance;
  const trusted = readTrust(state);
  if (trusted?.fingerprint !== key.fingerprint)
    throw new NocturneError(
      'NOT_TRUSTED',
      `only the owner of this workspace (${trusted?.fingerprint ?? 'nobody yet'}) may anchor its logs, not ${key.fingerprint}`,
      { hint: 'use the owner’s key' },
    );
  if (livePasses(root, clock).length > 0)
    throw new NocturneError('LOCKED', 'a pass is running and may be writing to these logs', {
      hint: 'wait until it ends, or end it with nocturne lock break',
    });
  withCommitMutex(root, () => {
    putBack(workspace, shown, acceptance.aside);
    const verdicts = shown.map(({ file }) => verdictOn(workspace, file, undefined));
    const moved = shown.find(({ after }, i) => !sameAnchor(verdicts[i]?.end, after));
    if (moved !== undefined) throw changedSince(moved.file);
    noteAccepted(
      workspace,
      new Map(shown.map(({ file }) => [file, readFileSync(join(root, file))])),
    );
    anchorVerdicts(workspace, verdicts);
    workspace.commit(recordOf(workspace, shown, acceptance));
  });
}

/** Moves damaged logs aside, and writes what is left of them. */
export function putBack(workspace: Workspace, shown: readonly ChangedLog[], aside: string): void {
  const { root, state } = workspace;
  const ops = shown.flatMap(({ file, rest }): StorageOp[] => {
    if (rest === undefined) return [];
    const { content, before } = rest;
    const seen = observe(join(root, file));
    if ((seen.kind === 'file' ? seen.hash : undefined) !== before) throw changedSince(file);
    const path = join(aside, file);
    const copy: StorageOp[] =
      seen.kind === 'file' ? [{ kind: 'write', path, content: seen.bytes, before: undefined }] : [];
    return [...copy, { kind: 'write', path: file, content, before }];
  });
  if (ops.length > 0)
    transact(root, state, ops, { runId: '', byOwner: true, reason: 'accepted by the owner' });
}

function changedSince(file: string): NocturneError {
  return new NocturneError('CONFLICT', `${file} changed since you saw the difference`, {
    file,
    hint: 'look at the difference again',
  });
}

function recordOf(
  { clock }: Workspace,
  shown: readonly ChangedLog[],
  { key, signedBy, reason, aside }: Acceptance,
): ChangeSet {
  const changes = shown.map(({ file, before, after, rest }) => {
    const kept = rest?.before === undefined ? '' : `; the damaged file is ${join(aside, file)}`;
    return `${file}: ${describe(before)} to ${describe(after)}${kept}`;
  });
  const statement = `${changes.join('; ')} (${reason}, ${stamp(clock.now())})`;
  return {
    actor: { kind: 'owner', name: signedBy },
    runId: '',
    reason,
    changes: [],
    audit: [
      {
        step: '',
        type: 'anchor',
        target: shown.map(({ file }) => file).join(', '),
        authorisation: key.fingerprint,
        result: 'anchored',
        detail: `${statement}; signature ${key.sign(statement)}`,
      },
    ],
  };
}

function describe(anchor: Anchor | undefined): string {
  return anchor === undefined
    ? 'no anchor'
    : `${plural(anchor.rows, 'row')} ${anchor.head.slice(0, 8)}`;
}
