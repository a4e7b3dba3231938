/** The mesh log as lines: what another node is shown of it, and what it is compared by. */
import { join } from 'node:path';
import { cutLine, genesis, link } from '../../../kernel/chain.js';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { readTextIfThere } from '../../../workspace/read-if-there.js';
import { MESH_LOG } from './mesh-log.js';

/** `line`: the whole row; missing where it is about others. */
export type ShownRow = { readonly seq: number; readonly chain: string; readonly line?: string };
export type LogRow = ShownRow & {
  readonly event: string;
  readonly node: string;
  readonly task: string;
  readonly attempt: number;
  readonly hash: string;
  readonly head: string;
  readonly why: string;
};

/** The end of a log as another node names it: the number of a row and its chain; 0 for none. */
export const HEAD = /^(?:0|[1-9]\d* [0-9a-f]{32})$/;

export function logLines(root: string): readonly string[] {
  const text = readTextIfThere(join(root, MESH_LOG)) ?? '';
  return text.split('\n').filter((line) => line !== '');
}

/** The end of the log as it is named to others, without a snapshot; `0` for none. */
export function lastHead(root: string): string {
  const last = logLines(root).at(-1);
  if (last === undefined) return '0';
  const { seq, chain } = rowOf(last);
  return `${seq} ${chain}`;
}

/** Whether there is a row of one of these events about this. Without a snapshot. */
export function isLogged(
  root: string,
  events: readonly string[],
  about: Pick<LogRow, 'node' | 'task' | 'attempt' | 'hash'>,
): boolean {
  return logLines(root)
    .filter((line) => line.includes(about.hash))
    .map(rowOf)
    .some(
      ({ event, node, task, attempt, hash }) =>
        events.includes(event) &&
        node === about.node &&
        task === about.task &&
        attempt === about.attempt &&
        hash === about.hash,
    );
}

/** A line that Nocturne did not write is a row without a number. */
export function rowOf(line: string): LogRow {
  const members = parsedJson(line);
  const value: Readonly<Record<string, unknown>> =
    typeof members === 'object' && members !== null ? { ...members } : {};
  const text = (name: string): string => {
    const member = value[name];
    return typeof member === 'string' ? member : '';
  };
  const number = (name: string): number => {
    const member = value[name];
    return typeof member === 'number' ? member : 0;
  };
  return {
    seq: number('seq'),
    chain: cutLine(line)?.link ?? '',
    line,
    event: text('event'),
    node: text('node'),
    task: text('task'),
    attempt: number('attempt'),
    hash: text('hash'),
    head: text('head'),
    why: text('why'),
  };
}

/** Whole rows that name this node; of the others number and chain. */
export function shownTo(lines: readonly string[], node: string): readonly ShownRow[] {
  return lines.map((line) => {
    const row = rowOf(line);
    const { seq, chain } = row;
    return row.node === node ? { seq, chain, line } : { seq, chain };
  });
}

/** Rows whose link is not that of their content after the row before them. */
export function brokenRows(rows: readonly ShownRow[]): readonly ShownRow[] {
  let before = genesis(MESH_LOG);
  return rows.filter(({ line, chain }) => {
    const previous = before;
    before = chain;
    if (line === undefined) return false;
    const cut = cutLine(line);
    return cut === undefined || cut.link !== chain || link(previous, [cut.body]) !== chain;
  });
}
