/** Anchors that no commit sets: the first one of a log. */
import { join } from 'node:path';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { globMatches } from '../kernel/glob.js';
import type { Schema } from '../registry/types.js';
import { readAnchors, writeAnchors } from '../workspace/anchors.js';
import { withCommitMutex } from '../workspace/mutex.js';
import { recover } from '../workspace/recover.js';
import { errnoOf } from '../workspace/storage-error.js';
import type { Anchor } from '../workspace/storage-types.js';
import { endsOf, logFiles } from './gate-logs.js';
import { logGlobs } from './gate-registry.js';
import { type Opening, readOpenings, writeOpenings } from './log-head.js';
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
    // A commit that was interrupted may have left half of the anchors.
    recover(place.root, place.state);
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
    return anchorVerdicts(
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

/** Without readable anchors, the owner decides about all logs. */
export function anchorsOf(state: string): Readonly<Record<string, Anchor>> {
  try {
    return readAnchors(state).logs;
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'GATE') return {};
    throw error;
  }
}

/** Sets the anchors and the openings of logs that were verified. */
export function anchorVerdicts(
  place: Place,
  verdicts: readonly LogVerdict[],
): readonly AnchoredLog[] {
  const logs = anchorsOf(place.state);
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

/** @throws NocturneError `GATE` for a log that is not sound. */
export function verdictOn(
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
      hint: 'accept what is left of it with nocturne audit anchor',
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
        hint: 'restore it, or begin a new one with nocturne audit anchor',
        cause: error,
      },
    );
  }
}
