/** The two forms of rows in a chained log: rows of a table, and lines of JSON. */
import { isUtf8 } from 'node:buffer';
import { cutLine, link } from '../kernel/chain.js';
import { type ChainFollower, type ChainRow, followChain, readChainRow } from './chain-row.js';

export type RowForm = {
  /** Names a row, as in "this line is not …". */
  readonly words: string;
  /** Follows the rows from the link before the first one. */
  readonly follow: (genesis: string) => ChainFollower;
  /** `undefined` for a line that is not exactly what Nocturne writes. */
  readonly read: (line: Buffer) => FormedRow | undefined;
};
/** `seq`: the row's own number, if the log has numbers. */
export type FormedRow = ChainRow & { readonly seq: number | undefined };

export function tableForm(columns: readonly string[]): RowForm {
  const seq = columns.indexOf('seq');
  return {
    words: `a row of ${columns.length} cells`,
    follow: (genesis) => followChain(genesis, columns.length),
    read: (line) => {
      const row = readChainRow(line, columns.length);
      const text = row?.values[seq];
      return row === undefined
        ? undefined
        : { ...row, seq: text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined };
    },
  };
}

export const lineForm: RowForm = {
  words: 'an object in JSON on one line',
  follow: (genesis) => {
    let head = genesis;
    return {
      head: () => head,
      accept: (bytes, start, end) => {
        const row = readLine(bytes.subarray(start, end));
        if (row === undefined || link(head, row.values) !== row.link) return false;
        head = row.link;
        return true;
      },
    };
  },
  read: readLine,
};

const SEQ = /"seq":(\d{1,15})[,}]/;

function readLine(line: Buffer): FormedRow | undefined {
  if (!isUtf8(line)) return undefined;
  const cut = cutLine(line.toString('utf8'));
  if (cut === undefined) return undefined;
  const seq = SEQ.exec(cut.body)?.[1];
  return { values: [cut.body], link: cut.link, seq: seq === undefined ? undefined : Number(seq) };
}
