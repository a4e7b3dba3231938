/** Compares the logs of two nodes: what one has lost or changed, the other one still knows. */
import { brokenRows, type LogRow, rowOf, type ShownRow } from './log-lines.js';

export type LogFinding = {
  /** Branch on this. */
  readonly code: 'chain' | 'gap' | 'head-lost' | 'head-changed' | 'row-lost' | 'row-changed';
  /** Whose log is wrong. */
  readonly log: string;
  /** Of the row in that log; 0 where it is not there. */
  readonly seq: number;
  readonly message: string;
};
export type LogOf = { readonly node: string; readonly rows: readonly ShownRow[] };
export type Comparison = {
  readonly findings: readonly LogFinding[];
  /** Rows of ours that name the other, and of theirs that name us. */
  readonly compared: number;
  /** Heads of one log that the other names. */
  readonly heads: number;
};

/** A row of this event in one log needs one of these in the other. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  committed: ['worked'],
  returned: ['worked'],
  receipt: ['committed', 'returned'],
  confirmed: ['receipt'],
};

export function compareLogs(ours: LogOf, theirs: LogOf): Comparison {
  const [about, own] = [rowsAbout(ours, theirs.node), rowsAbout(theirs, ours.node)];
  const heads = [...about, ...own].filter(({ head }) => isHead(head)).length;
  return {
    findings: [
      ...soundness(ours),
      ...soundness(theirs),
      ...headsIn(about, theirs),
      ...headsIn(own, ours),
      ...counterparts(about, { log: theirs.node, by: ours.node, rows: own }),
      ...counterparts(own, { log: ours.node, by: theirs.node, rows: about }),
    ],
    compared: about.length + own.length,
    heads,
  };
}

function rowsAbout({ rows }: LogOf, node: string): readonly LogRow[] {
  return rows.flatMap(({ line }) => {
    const row = line === undefined ? undefined : rowOf(line);
    return row?.node === node ? [row] : [];
  });
}

function soundness({ node, rows }: LogOf): readonly LogFinding[] {
  const gaps = rows.flatMap(({ seq }, at): readonly LogFinding[] =>
    seq === at + 1 ? [] : [{ code: 'gap', log: node, seq, message: `row ${at + 1} is missing` }],
  );
  const broken = brokenRows(rows).map(
    ({ seq }): LogFinding => ({
      code: 'chain',
      log: node,
      seq,
      message: `row ${seq} does not follow from the row before it`,
    }),
  );
  return [...gaps.slice(0, 1), ...broken];
}

/** @param rows that say where the other log ended. */
function headsIn(rows: readonly LogRow[], { node, rows: named }: LogOf): readonly LogFinding[] {
  const chains = new Map(named.map(({ seq, chain }) => [seq, chain]));
  const found: LogFinding[] = [];
  const seen = new Set<string>();
  for (const { head, seq: by } of rows) {
    if (!isHead(head) || seen.has(head)) continue;
    seen.add(head);
    const [number = '', chain = ''] = head.split(' ');
    const seq = Number(number);
    const now = chains.get(seq);
    const at = `row ${by} of the other log names it as row ${seq}`;
    if (now === undefined)
      found.push({ code: 'head-lost', log: node, seq, message: `a row is gone: ${at}` });
    else if (now !== chain)
      found.push({
        code: 'head-changed',
        log: node,
        seq,
        message: `row ${seq} or one before it was changed: ${at} with another chain`,
      });
  }
  return found;
}

/** @param other.log whose log should have them. */
function counterparts(
  rows: readonly LogRow[],
  other: { readonly log: string; readonly by: string; readonly rows: readonly LogRow[] },
): readonly LogFinding[] {
  return rows.flatMap((row): readonly LogFinding[] => {
    const needs = NEEDS[row.event];
    if (needs === undefined) return [];
    const same = other.rows.filter(
      ({ event, task, attempt }) =>
        needs.includes(event) && task === row.task && attempt === row.attempt,
    );
    const what = `${row.event} of ${row.task}, attempt ${row.attempt} (row ${row.seq} of ${other.by})`;
    const [first] = same;
    if (first === undefined)
      return [{ code: 'row-lost', log: other.log, seq: 0, message: `no row answers ${what}` }];
    if (same.some((found) => agrees(row, found))) return [];
    return [
      {
        code: 'row-changed',
        log: other.log,
        seq: first.seq,
        message: `row ${first.seq} does not agree with ${what}`,
      },
    ];
  });
}

function agrees(row: LogRow, found: LogRow): boolean {
  return row.hash === found.hash && (row.event !== 'receipt' || row.why === found.event);
}

function isHead(head: string): boolean {
  return /^[1-9]\d* [0-9a-f]+$/.test(head);
}
