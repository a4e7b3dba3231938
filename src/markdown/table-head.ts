/** Where the first table of a log begins: the one decision of all who read or verify logs. */
import { fieldName } from './field-name.js';
import { parseRow } from './row.js';

const NEWLINE = 10;
const DELIMITER = /^\|(?:\s*:?-+:?\s*\|)+\s*$/;

/** Everything above its first row has so many bytes and lines. */
export type TableHead = {
  readonly columns: readonly string[];
  readonly bytes: number;
  readonly lines: number;
};

/** @param start the first bytes of a log. */
export function tableHead(start: Buffer): TableHead | undefined {
  let previous = '';
  let lines = 0;
  for (let offset = 0; offset < start.length; ) {
    const newline = start.indexOf(NEWLINE, offset);
    const end = newline === -1 ? start.length : newline;
    const text = start.toString('utf8', offset, end);
    offset = end + 1;
    lines++;
    if (previous !== '' && DELIMITER.test(text))
      return { columns: parseRow(previous).map(fieldName), bytes: offset, lines };
    previous = text;
  }
  return undefined;
}
