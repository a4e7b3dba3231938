/** Explains where a chain breaks, from the rows around the break. */
import { plural } from '../kernel/words.js';
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

/** The first bad row: its line in the file, and its number in the log (`seq` if it has one). */
export type FirstBad = {
  readonly line: number;
  readonly seq: number;
  readonly problem: LogProblem;
  readonly message: string;
};

/** The chain up to a sound row: its link, and how many rows there are. */
export type Passed = { readonly head: string; readonly rows: number };

export type Break = {
  readonly form: RowForm;
  readonly firstLine: number;
  /** Sound rows before the break, the nearest last. The first may be the genesis (rows 0). */
  readonly passed: readonly Passed[];
  /** Lines from the first bad one to the end of the file. */
  readonly rest: () => Generator<Buffer>;
  readonly anchor: Anchor | undefined;
};

type Line = { readonly row: FormedRow | undefined; readonly number: number };
type Around = {
  /** Rows in the file, sound or not. */
  readonly total: number;
  /** How many rows are before the one that follows the last sound row; `undefined` if none does. */
  readonly successorAfter: number | undefined;
  /** Whether the row that `bad` follows comes later, and whether `bad` comes a second time. */
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
      message: `Nocturne did not write this line: the log's anchor is at row ${last.rows}`,
    };
  }
  const forged = logBreak.passed.slice(0, -1).findLast((row) => follows(row.head, bad.row));
  if (forged !== undefined && !isCopy(logBreak, bad.row)) {
    return {
      line: logBreak.firstLine + forged.rows,
      seq: forged.rows + 1,
      problem: 'inserted',
      message: `${count(last.rows - forged.rows)} inserted here with new links: the row on line ${line} follows the row before`,
    };
  }
  if (around.successorAfter !== undefined) {
    if (around.predecessorLater && !around.twinLater)
      return {
        line,
        seq,
        problem: 'reordered',
        message: `this row was moved here: the row that should be here is now ${around.successorAfter} further down`,
      };
    return {
      line,
      seq,
      problem: 'inserted',
      message: `${count(around.successorAfter)} inserted here: the row on line ${line + around.successorAfter} follows the row before`,
    };
  }
  if (isCopy(logBreak, bad.row))
    return { line, seq, problem: 'inserted', message: 'this row is in the log a second time' };
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
      message: `${count(rows)} removed before this one: it does not follow row ${last.rows}${logBreak.anchor === undefined ? '' : `, and the log has ${plural(around.total, 'row')} where its anchor counts ${logBreak.anchor.rows}`}`,
    };
  }
  if (bad.row !== undefined && gone < 0)
    return {
      line,
      seq,
      problem: 'inserted',
      message: `this row does not follow row ${last.rows}, and the log has ${plural(around.total, 'row')} where its anchor counts ${logBreak.anchor?.rows ?? 0}`,
    };
  return { line, seq, problem: 'edited', message: editedMessage(logBreak, bad.row, last) };
}

function editedMessage(logBreak: Break, row: FormedRow | undefined, last: Passed): string {
  if (row === undefined)
    return `this line is not ${logBreak.form.words} that ends with its link, as Nocturne writes it`;
  return `its link does not match its cells and row ${last.rows}: the row was changed${last.rows === 0 ? '' : ', or the row before it was changed and got a new link'}`;
}

/** Reads to the end, to find the rows that should be at the break. */
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

/** What is wrong if every link is right but the log does not end at its anchor. */
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
      message: `the log ends after row ${end.rows}${torn}; its anchor counts ${anchor.rows}: the last ${count(anchor.rows - end.rows).replace(/^1 /, '')} cut off`,
    };
  }
  if (logEnd.headAtAnchor === anchor.head) {
    return {
      line: logEnd.firstLine + anchor.rows,
      seq: anchor.rows + 1,
      problem: 'foreign',
      message: `the log's anchor is at row ${anchor.rows}: Nocturne did not write what follows`,
    };
  }
  return {
    line: logEnd.firstLine + anchor.rows - 1,
    seq: anchor.rows,
    problem: 'edited',
    message: `row ${anchor.rows} has the link ${shortLink(logEnd.headAtAnchor)}, but the anchor has ${shortLink(anchor.head)}: this row, or rows before it, were rewritten with new links`,
  };
}

function shortLink(link: string | undefined): string {
  return (link ?? 'none').slice(0, Math.min(8, LINK_LENGTH));
}
