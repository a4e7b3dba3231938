/** What happened where a chain breaks, judged by the rows around the break. */
import { LINK_LENGTH } from '../kernel/chain.js';
import type { Anchor } from '../workspace/storage-types.js';
import { follows } from './chain-row.js';
import type { FormedRow, RowForm } from './row-form.js';

export const LOG_PROBLEMS = [
  'edited',
  'missing',
  'reordered',
  'truncated',
  'inserted',
  'foreign',
] as const;
export type LogProblem = (typeof LOG_PROBLEMS)[number];

/**
 * The first row that is not as it was: its line in the file, its number in the log (its `seq` where
 * the log has one), and what is wrong.
 */
export type FirstBad = {
  readonly line: number;
  readonly seq: number;
  readonly problem: LogProblem;
  readonly message: string;
};

/** A sound row: the link it ended the chain with, and how many rows there are up to it. */
export type Passed = { readonly head: string; readonly rows: number };

export type Break = {
  readonly form: RowForm;
  readonly firstLine: number;
  /**
   * Sound rows before the break, the nearest last; the first may be the chain's beginning (rows 0).
   */
  readonly passed: readonly Passed[];
  /** Lines from the one that does not fit on to the end of the file. */
  readonly rest: () => Generator<Buffer>;
  readonly anchor: Anchor | undefined;
};

type Line = { readonly row: FormedRow | undefined; readonly number: number };
type Around = {
  /** Rows in the file, sound or not. */
  readonly total: number;
  /**
   * How many rows stand between the last sound row and the one that follows it; `undefined` when
   * none does.
   */
  readonly successorAfter: number | undefined;
  /** Whether the row that `bad` follows stands after it, or `bad` itself does once more. */
  readonly predecessorLater: boolean;
  readonly twinLater: boolean;
};

export function explainBreak(logBreak: Break): FirstBad {
  const last = logBreak.passed.at(-1) ?? { head: '', rows: 0 };
  const line = logBreak.firstLine + last.rows;
  const { bad, around } = look(logBreak, last);
  const expected = last.rows + 1;
  const seq = bad.row?.seq ?? expected;
  if (
    logBreak.anchor !== undefined &&
    last.rows === logBreak.anchor.rows &&
    last.head === logBreak.anchor.head
  ) {
    return {
      line,
      seq: expected,
      problem: 'foreign',
      message: `this line was added by somebody else: the log's anchor ends with row ${last.rows}`,
    };
  }
  const forged = logBreak.passed.slice(0, -1).findLast((row) => follows(row.head, bad.row));
  if (forged !== undefined && !isCopy(logBreak, bad.row)) {
    return {
      line: logBreak.firstLine + forged.rows,
      seq: forged.rows + 1,
      problem: 'inserted',
      message: `${count(last.rows - forged.rows)} put in here with links of their own: the row on line ${line} follows the row before`,
    };
  }
  if (around.successorAfter !== undefined) {
    if (around.predecessorLater && !around.twinLater)
      return {
        line,
        seq,
        problem: 'reordered',
        message: `this row stood elsewhere: the row that belongs here is now ${around.successorAfter} further down`,
      };
    return {
      line,
      seq,
      problem: 'inserted',
      message: `${count(around.successorAfter)} put in here: the row on line ${line + around.successorAfter} follows the row before`,
    };
  }
  if (isCopy(logBreak, bad.row))
    return { line, seq, problem: 'inserted', message: 'this row stands in the log a second time' };
  const gone = logBreak.anchor === undefined ? 0 : logBreak.anchor.rows - around.total;
  const number = bad.row?.seq;
  if (
    bad.row !== undefined &&
    (number === undefined ? gone > 0 : number > expected && gone !== 0)
  ) {
    const rows = number === undefined ? gone : number - expected;
    return {
      line,
      seq: expected,
      problem: 'missing',
      message: `${count(rows)} gone before this one: it does not follow row ${last.rows}${logBreak.anchor === undefined ? '' : `, and the log has ${around.total} rows where its anchor counts ${logBreak.anchor.rows}`}`,
    };
  }
  if (bad.row !== undefined && gone < 0)
    return {
      line,
      seq,
      problem: 'inserted',
      message: `this row does not follow row ${last.rows}, and the log has ${around.total} rows where its anchor counts ${logBreak.anchor?.rows ?? 0}`,
    };
  return { line, seq, problem: 'edited', message: editedMessage(logBreak, bad.row, last) };
}

function editedMessage(logBreak: Break, row: FormedRow | undefined, last: Passed): string {
  if (row === undefined)
    return `this line is not ${logBreak.form.words} as nocturne writes it, ending with its link`;
  return `its link does not belong to what the row says after row ${last.rows}: the row was changed${last.rows === 0 ? '' : ', or the one before it was and got a new link'}`;
}

/** Reads on to the end, for where the rows went that belong at the break. */
function look(logBreak: Break, last: Passed): { bad: Line; around: Around } {
  let bad: Line | undefined;
  let number = 0;
  let successorAfter: number | undefined;
  let predecessorLater = false;
  let twinLater = false;
  for (const line of logBreak.rest()) {
    const row = logBreak.form.read(line);
    if (bad === undefined) bad = { row, number };
    else if (row !== undefined) {
      if (successorAfter === undefined && follows(last.head, row)) successorAfter = number;
      twinLater ||= row.link === bad.row?.link;
      predecessorLater ||= follows(row.link, bad.row);
    }
    number++;
  }
  return {
    bad: bad ?? { row: undefined, number: 0 },
    around: { total: last.rows + number, successorAfter, predecessorLater, twinLater },
  };
}

function isCopy(logBreak: Break, row: FormedRow | undefined): boolean {
  return (
    row !== undefined && logBreak.passed.some((sound) => sound.rows > 0 && sound.head === row.link)
  );
}

function count(rows: number): string {
  return rows === 1 ? '1 row was' : `${rows} rows were`;
}

/** What is wrong when every link holds but the log does not end where its anchor says. */
export function explainEnd(logEnd: {
  readonly firstLine: number;
  readonly end: Anchor;
  readonly anchor: Anchor;
  readonly headAtAnchor: string | undefined;
  readonly torn: boolean;
}): FirstBad {
  const { end, anchor } = logEnd;
  const line = logEnd.firstLine + end.rows;
  if (end.rows < anchor.rows) {
    const torn = logEnd.torn ? `, in the middle of row ${end.rows + 1}` : '';
    return {
      line,
      seq: end.rows + 1,
      problem: 'truncated',
      message: `the log ends after row ${end.rows}${torn}; its anchor says that there are ${anchor.rows}: the last ${count(anchor.rows - end.rows)} cut off`,
    };
  }
  if (logEnd.headAtAnchor === anchor.head) {
    return {
      line: logEnd.firstLine + anchor.rows,
      seq: anchor.rows + 1,
      problem: 'foreign',
      message: `the log's anchor ends with row ${anchor.rows}: what follows was not written by nocturne`,
    };
  }
  return {
    line: logEnd.firstLine + anchor.rows - 1,
    seq: anchor.rows,
    problem: 'edited',
    message: `row ${anchor.rows} ends with the link ${shortLink(logEnd.headAtAnchor)} where the anchor says ${shortLink(anchor.head)}: it, or rows before it, were written anew with new links`,
  };
}

function shortLink(link: string | undefined): string {
  return (link ?? 'none').slice(0, Math.min(8, LINK_LENGTH));
}
