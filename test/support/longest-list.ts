/** How long the lists of an HTML page are. */

const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
/** Lines of a text and shapes of a drawing are no rows of a list. */
const NO_LIST = new Set(['pre', 'svg', 'p', 'g', 'code']);

type Open = { readonly tag: string; readonly children: Map<string, number> };

/** The most children of one kind that an element has: rows of a table, options, articles. */
export function longestList(html: string): number {
  const open: Open[] = [];
  let longest = 0;
  for (const [, close, tag = '', rest = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)([^>]*)>/gi)) {
    if (close === '/') {
      while (open.length > 0 && open.pop()?.tag !== tag);
      continue;
    }
    const parent = open.at(-1);
    if (parent !== undefined && !open.some((outer) => NO_LIST.has(outer.tag))) {
      const count = (parent.children.get(tag) ?? 0) + 1;
      parent.children.set(tag, count);
      longest = Math.max(longest, count);
    }
    if (!VOID.has(tag) && !rest.endsWith('/')) open.push({ tag, children: new Map() });
  }
  return longest;
}
