/**
 * Verifies one chained log from its bytes: every row in its exact form, linked to the one before,
 * from the log's beginning to its anchor.
 */
import { genesis } from '../kernel/chain.js';
import { sameAnchor } from '../workspace/anchors.js';
import type { Anchor } from '../workspace/storage-types.js';
import type { ChainFollower } from './chain-row.js';
import { explainBreak, explainEnd, type FirstBad, type Passed } from './log-break.js';
import { HEAD_BYTES, type LogHead, type Opening, readLogHead } from './log-head.js';
import { type OpenLog, openLog } from './log-reader.js';

/**
 * `end`: where the chain stands after the last sound row; `head`: what was found above the rows.
 */
export type LogVerdict = {
  readonly file: string;
  readonly rows: number;
  readonly ok: boolean;
  readonly firstBad?: FirstBad;
  readonly end?: Anchor;
  readonly head?: LogHead;
};

export type LogExpectation = {
  /** Path by which the log's chain begins (and by which it is named). */
  readonly file: string;
  /**
   * The ends at which the log is sound: its anchor first, and the one that a commit under way
   * announced. Asked again when the log is at neither,
   * because somebody may be appending while we read. `undefined`: any chain that holds is sound (a
   * log that is being anchored).
   */
  readonly anchors?: () => readonly Anchor[];
  readonly opening?: Opening | undefined;
};

/**
 * Sound rows remembered before a break, to recognise rows put in between with links of their own.
 */
const REMEMBERED = 256;
const ATTEMPTS = 20;

/**
 * `recent`: the last links by row number modulo its length; `watched`: the link of row number
 * `watch`, the one that the anchor names.
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
};

/**
 * Memory does not grow with the log. Cost is one hash a row.
 * @throws errors of the file system (missing, unreadable, a symbolic link).
 */
export function verifyLog(path: string, expected: LogExpectation): LogVerdict {
  const { file } = expected;
  const log = openLog(path);
  if (log === undefined) return bad(file, 1, `${file} is not a regular file`);
  try {
    const head = readLogHead(log.read(0, HEAD_BYTES), file);
    if (head === undefined)
      return bad(
        file,
        1,
        'there is no table whose last column is Chain at the beginning of this log',
      );
    const { opening } = expected;
    if (opening !== undefined && opening.sha256 !== head.opening.sha256)
      return bad(
        file,
        1,
        `what stands above the first row is not what it was when the log was anchored: ${head.opening.bytes} bytes, expected ${opening.bytes}`,
      );
    return readToEnd(log, head, expected);
  } finally {
    log.close();
  }
}

function readToEnd(log: OpenLog, head: LogHead, expected: LogExpectation): LogVerdict {
  const { file } = expected;
  const start = genesis(file);
  const reading: Reading = {
    log,
    chain: head.form.follow(start),
    recent: [start],
    watch: 0,
    watched: start,
    rows: 0,
    bytes: head.opening.bytes,
    broken: false,
  };
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
    if (!torn && isSoundEnd(end, anchors)) return { ...common, ok: true };
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

function isSoundEnd(end: Anchor, anchors: readonly Anchor[] | undefined): boolean {
  if (anchors === undefined) return true;
  return anchors.length === 0 ? end.rows === 0 : anchors.some((anchor) => sameAnchor(anchor, end));
}

function sameAnchors(a: readonly Anchor[] | undefined, b: readonly Anchor[] | undefined): boolean {
  return a?.length === b?.length && (a ?? []).every((anchor, i) => sameAnchor(anchor, b?.[i]));
}

/**
 * Reads whole lines from where the reading stands to the end of the file; stops at the first row
 * that does not fit.
 */
function advance(reading: Reading): void {
  const { chain, recent } = reading;
  for (const block of reading.log.blocks(reading.bytes)) {
    let start = 0;
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

/** The remembered sound rows, the nearest last; the beginning of the chain counts as row 0. */
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
      message: `what stands after row ${rows} is a line without an end`,
    };
  return {
    line: head.firstLine,
    seq: 1,
    problem: 'foreign',
    message: `nothing outside the workspace vouches for this log: it has ${rows} rows${logEnd.torn ? ' and a line without an end' : ''} and no anchor`,
  };
}

function bad(file: string, line: number, message: string): LogVerdict {
  return { file, rows: 0, ok: false, firstBad: { line, seq: 0, problem: 'edited', message } };
}
