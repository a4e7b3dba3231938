/** Verifies the bytes of a chained log: every row's exact form and link, up to the log's anchor. */
import { createHash, type Hash } from 'node:crypto';
import { genesis } from '../kernel/chain.js';
import { sameAnchor } from '../workspace/anchors.js';
import type { Anchor } from '../workspace/storage-types.js';
import type { ChainFollower } from './chain-row.js';
import { explainBreak, explainEnd, type FirstBad, type Passed } from './log-break.js';
import { HEAD_BYTES, type LogHead, type Opening, readLogHead } from './log-head.js';
import { type OpenLog, openLog } from './log-reader.js';
import { type VerifiedPrefix, WORTH_KEEPING } from './verified-logs.js';

/** `end`: of the chain, after the last sound row. `head`: what is above the rows. */
export type LogVerdict = {
  readonly file: string;
  readonly rows: number;
  readonly ok: boolean;
  readonly firstBad?: FirstBad;
  readonly end?: Anchor;
  readonly head?: LogHead;
  /** Of a long log that is sound. */
  readonly verified?: VerifiedPrefix;
};

export type LogExpectation = {
  /** The log's path, with which its chain begins. */
  readonly file: string;
  /**
   * Where a sound log may end: at its anchor (first), or where a running commit announced that it
   * will. Asked again if it ends at neither, because a process may be appending. `undefined`: any
   * unbroken chain is sound (a log that is being anchored).
   */
  readonly anchors?: () => readonly Anchor[];
  readonly opening?: Opening | undefined;
  /** How far it was verified before. */
  readonly verified?: VerifiedPrefix | undefined;
};

/** How many sound rows before a break are remembered, to recognise inserted rows with new links. */
const REMEMBERED = 256;
const ATTEMPTS = 20;

/**
 * `recent`: the last links, by row number modulo its length. `watched`: the link of row `watch`.
 */
type Reading = {
  readonly log: OpenLog;
  readonly chain: ChainFollower;
  readonly recent: string[];
  watch: number;
  watched: string | undefined;
  rows: number;
  bytes: number;
  broken: boolean;
  /** Of everything up to `bytes`; only for a long log. */
  readonly hash: Hash | undefined;
};

/**
 * Costs one hash for each row; memory does not grow with the log.
 * @throws errors of the file system (missing, unreadable, a symbolic link).
 */
export function verifyLog(path: string, expected: LogExpectation): LogVerdict {
  const { file } = expected;
  const log = openLog(path);
  if (log === undefined) return bad(file, 1, `${file} is not a regular file`);
  try {
    const head = readLogHead(log.read(0, HEAD_BYTES), file);
    if (head === undefined)
      return bad(file, 1, 'this log does not begin with a table whose last column is Chain');
    const { opening } = expected;
    if (opening !== undefined && opening.sha256 !== head.opening.sha256)
      return bad(
        file,
        1,
        `the text above the first row has changed since the log was anchored: ${head.opening.bytes} bytes, expected ${opening.bytes}`,
      );
    const fast = fromVerified(log, expected.verified);
    const verdict = fast === undefined ? undefined : readToEnd(log, head, expected, fast);
    // A break is explained with all rows before it.
    return verdict?.ok === true ? verdict : readToEnd(log, head, expected);
  } finally {
    log.close();
  }
}

type Start = Pick<Reading, 'rows' | 'bytes' | 'hash'> & { readonly head: string };

/** Behind the part that was verified before, if no byte of it has changed. */
function fromVerified(log: OpenLog, verified: VerifiedPrefix | undefined): Start | undefined {
  if (typeof verified?.bytes !== 'number' || log.size() < verified.bytes) return undefined;
  const hash = createHash('sha256');
  let left = verified.bytes;
  for (const block of log.blocks(0)) {
    hash.update(block.subarray(0, left));
    left -= Math.min(left, block.length);
    if (left === 0) break;
  }
  return hash.copy().digest('hex') === verified.sha256 ? { ...verified, hash } : undefined;
}

function fromFirstRow(log: OpenLog, { opening }: LogHead, file: string): Start {
  const isLong = log.size() > WORTH_KEEPING;
  const hash = isLong ? createHash('sha256').update(log.read(0, opening.bytes)) : undefined;
  return { head: genesis(file), rows: 0, bytes: opening.bytes, hash };
}

function readToEnd(
  log: OpenLog,
  head: LogHead,
  expected: LogExpectation,
  start = fromFirstRow(log, head, expected.file),
): LogVerdict {
  const { file } = expected;
  const reading: Reading = {
    log,
    chain: head.form.follow(start.head),
    recent: [],
    watch: start.rows,
    watched: start.head,
    rows: start.rows,
    bytes: start.bytes,
    hash: start.hash,
    broken: false,
  };
  reading.recent[start.rows % REMEMBERED] = start.head;
  let anchors = expected.anchors?.();
  for (let attempt = 0; ; attempt++) {
    watchFor(reading, anchors?.[0]?.rows ?? 0);
    advance(reading);
    const end: Anchor = { head: reading.chain.head(), rows: reading.rows, bytes: reading.bytes };
    const common = { file, rows: reading.rows, end, head };
    const anchor = anchors?.[0];
    if (reading.broken)
      return {
        ...common,
        ok: false,
        firstBad: explainBreak({
          form: head.form,
          firstLine: head.firstLine,
          passed: passedOf(reading),
          rest: () => linesFrom(log, reading.bytes),
          anchor,
        }),
      };
    const torn = log.size() !== reading.bytes;
    if (!torn && isSoundEnd(end, anchors))
      return { ...common, ...verifiedTo(reading, end), ok: true };
    const fresh = expected.anchors?.();
    const announced = torn && (fresh?.length ?? 0) > 1;
    if (attempt < ATTEMPTS && (announced || !sameAnchors(anchors, fresh))) {
      if (announced) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      anchors = fresh;
      continue;
    }
    if (anchor === undefined)
      return {
        ...common,
        ok: false,
        firstBad: unanchored(head, { end, torn, anchoring: expected.anchors === undefined }),
      };
    return {
      ...common,
      ok: false,
      firstBad: explainEnd({
        firstLine: head.firstLine,
        end,
        anchor,
        headAtAnchor: reading.watched,
        torn,
      }),
    };
  }
}

function verifiedTo({ hash }: Reading, end: Anchor): Pick<LogVerdict, 'verified'> {
  return hash === undefined ? {} : { verified: { ...end, sha256: hash.copy().digest('hex') } };
}

function isSoundEnd(end: Anchor, anchors: readonly Anchor[] | undefined): boolean {
  if (anchors === undefined) return true;
  return anchors.length === 0 ? end.rows === 0 : anchors.some((anchor) => sameAnchor(anchor, end));
}

function sameAnchors(a: readonly Anchor[] | undefined, b: readonly Anchor[] | undefined): boolean {
  return a?.length === b?.length && (a ?? []).every((anchor, i) => sameAnchor(anchor, b?.[i]));
}

/** Reads whole lines to the end of the file, or to the first row that does not fit. */
function advance(reading: Reading): void {
  const { chain, recent } = reading;
  for (const block of reading.log.blocks(reading.bytes)) {
    let start = 0;
    const whole = block.lastIndexOf(10) + 1;
    reading.hash?.update(block.subarray(0, whole));
    for (let newline = block.indexOf(10); newline !== -1; newline = block.indexOf(10, start)) {
      if (!chain.accept(block, start, newline)) {
        reading.broken = true;
        return;
      }
      reading.bytes += newline + 1 - start;
      reading.rows++;
      start = newline + 1;
      recent[reading.rows % REMEMBERED] = chain.head();
      if (reading.rows === reading.watch) reading.watched = chain.head();
    }
  }
}

function watchFor(reading: Reading, row: number): void {
  if (row === reading.watch) return;
  reading.watch = row;
  reading.watched = passedOf(reading).find((sound) => sound.rows === row)?.head;
}

/** The remembered sound rows, the nearest last. The genesis is row 0. */
function passedOf(reading: Reading): Passed[] {
  const first = Math.max(0, reading.rows - REMEMBERED + 1);
  return Array.from({ length: reading.rows - first + 1 }, (_, i) => ({
    rows: first + i,
    head: reading.recent[(first + i) % REMEMBERED] ?? '',
  }));
}

function* linesFrom(log: OpenLog, offset: number): Generator<Buffer> {
  for (const block of log.blocks(offset)) {
    let start = 0;
    for (let newline = block.indexOf(10); newline !== -1; newline = block.indexOf(10, start)) {
      yield block.subarray(start, newline);
      start = newline + 1;
    }
    if (start < block.length) yield block.subarray(start);
  }
}

function unanchored(
  head: LogHead,
  logEnd: { readonly end: Anchor; readonly torn: boolean; readonly anchoring: boolean },
): FirstBad {
  const { rows } = logEnd.end;
  if (logEnd.anchoring)
    return {
      line: head.firstLine + rows,
      seq: rows + 1,
      problem: 'foreign',
      message: `the line after row ${rows} has no end`,
    };
  return {
    line: head.firstLine,
    seq: 1,
    problem: 'foreign',
    message: `this log has no anchor outside the workspace: it has ${rows} rows${logEnd.torn ? ' and a line without an end' : ''}`,
  };
}

function bad(file: string, line: number, message: string): LogVerdict {
  return { file, rows: 0, ok: false, firstBad: { line, seq: 0, problem: 'edited', message } };
}
