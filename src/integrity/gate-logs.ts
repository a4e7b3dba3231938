/** The gate's check of chained logs: each is whole and ends at its anchor outside the workspace. */
import { plural } from '../kernel/words.js';
import { join } from 'node:path';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { isLiteral } from '../kernel/glob.js';
import { type Anchors, readAnchors } from '../workspace/anchors.js';
import { errnoOf } from '../workspace/storage-error.js';
import type { Anchor } from '../workspace/storage-types.js';
import type { ChainReport, GateFinding } from './gate-report.js';
import { findMatching } from './protected-files.js';
import { type Opening, readOpenings } from './log-head.js';
import { unlessRemembered } from './remembered-logs.js';
import { type VerifiedPrefix, verifiedLogs, WORTH_KEEPING } from './verified-logs.js';
import { verifyLog } from './verify-log.js';

export type LogCheck = {
  readonly findings: readonly GateFinding[];
  readonly chains: readonly ChainReport[];
};

const RESTORE =
  'restore the log from a backup; or, if you know what happened, accept the log with nocturne audit anchor';

/**
 * Verifies every log that REGISTRY.md declares (`globs`) or that has an anchor.
 * @param options.remembered for showing: not again those that are unchanged since this process did.
 */
export function checkLogs(
  root: string,
  state: string,
  {
    globs,
    remembered = false,
  }: { readonly globs: readonly string[]; readonly remembered?: boolean },
): LogCheck {
  let anchors: Anchors;
  let openings: Readonly<Record<string, Opening>>;
  try {
    anchors = readAnchors(state);
    openings = readOpenings(state);
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    return {
      findings: [
        {
          file: error.place.file ?? 'anchors.json',
          problem: 'anchors',
          message: error.message,
          ...defined({ hint: error.hint }),
        },
      ],
      chains: [],
    };
  }
  const files = [...new Set([...logFiles(root, globs), ...Object.keys(anchors.logs)])].sort();
  const isLong = Object.values(anchors.logs).some(({ bytes }) => bytes > WORTH_KEEPING);
  const verified = isLong ? verifiedLogs(state) : {};
  const checks = files.map((file) => {
    // Only a log that ends elsewhere reads the anchors again.
    let first: readonly Anchor[] | undefined = endsIn(anchors, file);
    const ask = (): readonly Anchor[] => {
      const ends = first ?? endsOf(state, file);
      first = undefined;
      return ends;
    };
    const opening = openings[file];
    const check = (before?: LogCheck): LogCheck => {
      const prefix = before?.chains[0]?.verified ?? verified[file];
      return checkLog(root, { file, opening, anchors: ask, verified: prefix });
    };
    if (!remembered) return check();
    return unlessRemembered(join(root, file), { anchors: endsIn(anchors, file), opening }, check);
  });
  return {
    findings: checks.flatMap((check) => check.findings),
    chains: checks.flatMap((check) => check.chains),
  };
}

/**
 * The files of log objects: each named file, even if it is missing, and those that a glob matches.
 */
export function logFiles(root: string, globs: readonly string[]): string[] {
  return [
    ...new Set(globs.flatMap((glob) => (isLiteral(glob) ? [glob] : findMatching(root, glob)))),
  ].sort();
}

/** Where a log may end: at its anchor, or where a running or dead commit announced that it will. */
export function endsOf(state: string, file: string): readonly Anchor[] {
  return endsIn(readAnchors(state), file);
}

function endsIn({ logs, pending }: Anchors, file: string): readonly Anchor[] {
  const anchor = logs[file];
  const announced = pending?.logs[file];
  return [
    ...(anchor === undefined ? [] : [anchor]),
    ...(announced === undefined ? [] : [announced]),
  ];
}

function checkLog(
  root: string,
  log: {
    readonly file: string;
    readonly opening: Opening | undefined;
    readonly anchors: () => readonly Anchor[];
    readonly verified: VerifiedPrefix | undefined;
  },
): LogCheck {
  const { file } = log;
  try {
    const verdict = verifyLog(join(root, file), log);
    const { rows, ok, firstBad, verified } = verdict;
    if (firstBad === undefined)
      return { findings: [], chains: [{ file, rows, ok, ...defined({ verified }) }] };
    return {
      findings: [
        {
          file,
          line: firstBad.line,
          seq: firstBad.seq,
          problem: firstBad.problem,
          message: firstBad.message,
          hint: RESTORE,
        },
      ],
      chains: [{ file, rows, ok, firstBad }],
    };
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    const gone = code === 'ENOENT' || code === 'ENOTDIR';
    const [anchor] = log.anchors();
    const had = anchor === undefined ? '' : `; its anchor counts ${plural(anchor.rows, 'row')}`;
    const failure = code === 'ELOOP' ? 'is a symbolic link' : `cannot be read (${code})`;
    const message = `the log ${file} ${gone ? `is missing${had}` : failure}`;
    return {
      findings: [
        { file, problem: gone ? 'log-missing' : 'log-unreadable', message, hint: RESTORE },
      ],
      chains: [{ file, rows: 0, ok: false }],
    };
  }
}
