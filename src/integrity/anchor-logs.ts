/** Anchors that no commit sets: the first one of a log, and those that the owner sets again. */
import { join } from 'node:path';
import { stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import { readFileSync } from '../kernel/files.js';
import { NocturneError } from '../kernel/error.js';
import { globMatches } from '../kernel/glob.js';
import type { Schema } from '../registry/types.js';
import { readAnchors, sameAnchor, writeAnchors } from '../workspace/anchors.js';
import { noteAccepted } from '../workspace/commit-record.js';
import { livePasses } from '../workspace/pass-lock.js';
import { withCommitMutex } from '../workspace/mutex.js';
import { errnoOf } from '../workspace/storage-error.js';
import type { Anchor } from '../workspace/storage-types.js';
import type { Workspace } from '../workspace/types.js';
import { checkLogs, endsOf, logFiles } from './gate-logs.js';
import { logGlobs } from './gate-registry.js';
import { type Opening, readOpenings, writeOpenings } from './log-head.js';
import type { OwnerKey } from './owner-key.js';
import { readTrust } from './trust.js';
import { type LogVerdict, verifyLog } from './verify-log.js';

export type AnchoredLog = {
  readonly file: string;
  readonly before: Anchor | undefined;
  readonly after: Anchor;
};
type Place = { readonly root: string; readonly state: string };

/**
 * Anchors every log that has no anchor yet, and stores its opening. A log with an anchor but
 * without an opening must end at its anchor. Drops the anchors of files that the registry no longer
 * declares as logs, so call it only when the owner signs the registry.
 * @throws NocturneError `GATE` with the first bad row if a log is not sound; then it anchors none.
 */
export function anchorNewLogs(place: Place, schema: Schema): readonly AnchoredLog[] {
  return withCommitMutex(place.root, () => {
    const { logs } = readAnchors(place.state);
    const openings = readOpenings(place.state);
    const globs = logGlobs(schema);
    const dropped = Object.keys(logs).filter(
      (file) => !globs.some((glob) => globMatches(glob, file)),
    );
    if (dropped.length > 0)
      writeAnchors(place.state, {
        version: 1,
        logs: Object.fromEntries(Object.entries(logs).filter(([file]) => !dropped.includes(file))),
      });
    const files = logFiles(place.root, globs).filter(
      (file) => logs[file] === undefined || openings[file] === undefined,
    );
    return set(
      place,
      files.map((file) =>
        verdictOn(
          place,
          file,
          logs[file] === undefined ? undefined : () => endsOf(place.state, file),
        ),
      ),
    );
  });
}

/** `message`: how the log differs from its anchor (`before`). `after`: where it ends now. */
export type ChangedLog = AnchoredLog & { readonly line: number; readonly message: string };

/**
 * The logs that do not end at their anchors, as `acceptLogs` would anchor them.
 * @throws NocturneError `GATE` for a log whose chain is broken, `NOT_FOUND` for a file that is not
 * a log.
 */
export function changedLogs(workspace: Workspace, files: readonly string[]): readonly ChangedLog[] {
  const { root, state } = workspace;
  const globs = logGlobs(workspace.snapshot().schema);
  const logs = logFiles(root, globs);
  for (const file of files)
    if (!logs.includes(file))
      throw new NocturneError('NOT_FOUND', `${file} is not a log of this workspace`, {
        file,
        hint: `logs: ${logs.join(', ')}`,
      });
  return withCommitMutex(root, () => {
    const anchors = readAnchors(state).logs;
    const { findings } = checkLogs(root, state, globs);
    const unreadable = findings.find(({ problem }) => problem === 'anchors');
    const different =
      unreadable === undefined
        ? findings.filter(({ file }) => files.length === 0 || files.includes(file))
        : logs.map((file) => ({ ...unreadable, file }));
    return different.flatMap(({ file, line = 1, message }) => {
      const { end } = verdictOn(workspace, file, undefined);
      return end === undefined ? [] : [{ file, line, message, before: anchors[file], after: end }];
    });
  });
}

/**
 * Anchors logs as the owner saw and accepted them. The audit log gets a row about it, which the
 * owner's key signs.
 * @throws NocturneError `NOT_TRUSTED` for a key that is not the owner's, `LOCKED` while a pass
 * runs, `CONFLICT` for a log that changed since the owner saw it.
 */
export function acceptLogs(
  workspace: Workspace,
  shown: readonly ChangedLog[],
  owner: { readonly key: OwnerKey; readonly signedBy: string; readonly reason: string },
): void {
  const { root, state, clock } = workspace;
  const { key } = owner;
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
    const verdicts = shown.map(({ file }) => verdictOn(workspace, file, undefined));
    const moved = shown.find(({ after }, i) => !sameAnchor(verdicts[i]?.end, after));
    if (moved !== undefined)
      throw new NocturneError('CONFLICT', `${moved.file} changed since you saw the difference`, {
        file: moved.file,
        hint: 'look at the difference again',
      });
    noteAccepted(
      workspace,
      new Map(shown.map(({ file }) => [file, readFileSync(join(root, file))])),
    );
    set(workspace, verdicts);
    const changes = shown.map(
      ({ file, before, after }) => `${file}: ${describe(before)} to ${describe(after)}`,
    );
    const statement = `${changes.join('; ')} (${owner.reason}, ${stamp(clock.now())})`;
    workspace.commit({
      actor: { kind: 'owner', name: owner.signedBy },
      runId: '',
      reason: owner.reason,
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
    });
  });
}

function set(place: Place, verdicts: readonly LogVerdict[]): readonly AnchoredLog[] {
  const { logs } = readAnchors(place.state);
  const after: Record<string, Anchor> = { ...logs };
  const openings: Record<string, Opening> = { ...savedOpenings(place.state) };
  const anchored: AnchoredLog[] = [];
  for (const { file, end, head } of verdicts) {
    if (end === undefined || head === undefined) continue;
    after[file] = end;
    openings[file] = head.opening;
    anchored.push({ file, before: logs[file], after: end });
  }
  if (anchored.length === 0) return anchored;
  writeOpenings(place.state, openings);
  writeAnchors(place.state, { version: 1, logs: after });
  return anchored;
}

/** Without readable openings, the owner accepts those of all logs. */
function savedOpenings(state: string): Readonly<Record<string, Opening>> {
  try {
    return readOpenings(state);
  } catch (error) {
    if (error instanceof NocturneError && (error.code === 'UNREADABLE' || error.code === 'GATE'))
      return {};
    throw error;
  }
}

function verdictOn(
  place: Place,
  file: string,
  anchors: (() => readonly Anchor[]) | undefined,
): LogVerdict {
  const verdict = tryVerify(place, file, anchors);
  const { firstBad } = verdict;
  if (firstBad === undefined) return verdict;
  throw new NocturneError(
    'GATE',
    `${file}:${firstBad.line} (row ${firstBad.seq}) is ${firstBad.problem}: ${firstBad.message}`,
    {
      file,
      line: firstBad.line,
      hint: 'a log with a broken chain cannot be anchored: restore it, or move it away and start a new one with its heading and its table',
    },
  );
}

function tryVerify(
  place: Place,
  file: string,
  anchors: (() => readonly Anchor[]) | undefined,
): LogVerdict {
  try {
    return verifyLog(join(place.root, file), {
      file,
      ...defined({ anchors }),
    });
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    throw new NocturneError(
      'GATE',
      code === 'ENOENT' ? `the log ${file} is missing` : `the log ${file} cannot be read (${code})`,
      {
        file,
        hint: 'restore it; a new log is its heading and the first two lines of its table',
        cause: error,
      },
    );
  }
}

function describe(anchor: Anchor | undefined): string {
  return anchor === undefined ? 'no anchor' : `${anchor.rows} rows ${anchor.head.slice(0, 8)}`;
}
