/**
 * Anchors that are not made by appending: the first ones of a log, and those that the owner sets
 * anew on purpose.
 */
import { join } from 'node:path';
import { stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { globMatches } from '../kernel/glob.js';
import type { Schema } from '../registry/types.js';
import { readAnchors, writeAnchors } from '../workspace/anchors.js';
import { withCommitMutex } from '../workspace/mutex.js';
import { errnoOf } from '../workspace/storage-error.js';
import type { Anchor } from '../workspace/storage-types.js';
import type { Workspace } from '../workspace/types.js';
import { endsOf, logFiles } from './gate-logs.js';
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
 * Anchors every log that has no anchor yet, and remembers how those begin of which that is not
 * known. Logs with an anchor have to be at it.
 * Anchors of files that the registry does not declare as logs any more are dropped: so it is called
 * only when the owner signs the registry.
 * @throws NocturneError `GATE`, naming the first bad row, when one is not sound; then nothing was
 * anchored.
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

/**
 * Anchors logs as they are now although their anchors say something else: the owner knows why and
 * accepts it. Their chains have to hold all the same.
 * The audit log gets a row that says so.
 * @throws NocturneError `NOT_TRUSTED` for a key that is not the owner's, `GATE` for a log whose
 * chain does not hold, `NOT_FOUND` for a file that is no log.
 */
export function reanchorLogs(
  workspace: Workspace,
  options: {
    readonly files: readonly string[];
    readonly key: OwnerKey;
    readonly signedBy: string;
    readonly reason: string;
  },
): readonly AnchoredLog[] {
  const { root, state, clock } = workspace;
  const { files, key } = options;
  const owner = readTrust(state);
  if (owner?.fingerprint !== key.fingerprint)
    throw new NocturneError(
      'NOT_TRUSTED',
      `only the owner of this workspace (${owner?.fingerprint ?? 'nobody yet'}) may anchor its logs anew, not ${key.fingerprint}`,
      { hint: 'use the owner’s key' },
    );
  const { schema } = workspace.snapshot();
  const known = logFiles(root, logGlobs(schema));
  for (const file of files)
    if (!known.includes(file))
      throw new NocturneError('NOT_FOUND', `${file} is not a log of this workspace`, {
        file,
        hint: `logs: ${known.join(', ')}`,
      });
  const anchored = withCommitMutex(root, () =>
    set(
      { root, state },
      files.map((file) => verdictOn({ root, state }, file, undefined)),
    ),
  );
  const told = anchored
    .map(({ file, before, after }) => `${file}: ${describe(before)} to ${describe(after)}`)
    .join('; ');
  workspace.commit({
    actor: { kind: 'owner', name: options.signedBy },
    runId: '',
    reason: options.reason,
    changes: [],
    audit: [
      {
        step: '',
        type: 'anchor',
        target: files.join(', '),
        authorisation: key.fingerprint,
        result: 'anchored',
        detail: `${told} (${options.reason}, ${stamp(clock.now())})`,
      },
    ],
  });
  return anchored;
}

function set(place: Place, verdicts: readonly LogVerdict[]): readonly AnchoredLog[] {
  const { logs } = readAnchors(place.state);
  const after: Record<string, Anchor> = { ...logs };
  const openings: Record<string, Opening> = { ...readOpenings(place.state) };
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
      hint: 'a log whose rows do not belong together cannot be anchored: restore it, or move it away and begin it anew with its heading and its table',
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
