/** Lists and tables of markdown without what is beyond their first 200 rows. */
import type { Token } from 'markdown-it';

const MOST_ROWS = 200;
const LISTS = new Set(['tbody_open', 'bullet_list_open', 'ordered_list_open']);
const ROWS = new Set(['tr_open', 'list_item_open']);

type Short = { readonly tokens: Token[]; readonly left: number };

/** `left`: how many rows are left out. */
export function withShortLists(tokens: readonly Token[]): Short {
  const kept: Token[] = [];
  /** Rows so far, of the lists around a token; those of a table's head are in none. */
  const rows: number[] = [];
  let left = 0;
  /** Open tokens of a row that is left out. */
  let skipped = 0;
  for (const token of tokens) {
    if (skipped > 0) {
      skipped += token.nesting;
      continue;
    }
    if (ROWS.has(token.type) && rows.length > 0) {
      const row = (rows.pop() ?? 0) + 1;
      rows.push(row);
      if (row > MOST_ROWS) {
        left++;
        skipped = 1;
        continue;
      }
    }
    if (LISTS.has(token.type)) rows.push(0);
    if (LISTS.has(token.type.replace(/_close$/, '_open')) && token.nesting < 0) rows.pop();
    kept.push(token);
  }
  return { tokens: kept, left };
}
