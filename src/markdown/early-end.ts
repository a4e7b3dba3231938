/** Front matter that ends at a line `...` although more of it follows. */
import type { Diagnostic } from '../kernel/diagnostic.js';
import { rangeOf, shapeError } from './range-of.js';
import type { Doc } from './types.js';

/** With fields and a line `---` below, it was not meant as the end. */
export function earlyEnd(doc: Doc, file: string): Diagnostic | undefined {
  const { text, frontMatter } = doc;
  if (frontMatter === undefined) return undefined;
  const { contentEnd, end } = frontMatter;
  if (text.slice(contentEnd, end).trim() !== '...') return undefined;
  if (!/^\s*[A-Za-z_][\w-]*:[^\0]*?^---[ \t]*\r?$/m.test(text.slice(end))) return undefined;
  const start = text.indexOf('...', contentEnd);
  return shapeError(
    rangeOf(doc, file, { start, end: start + 3 }),
    'front matter ends here, so nothing reads the fields below',
    { expected: 'one line "---" below the last field', actual: '...', hint: 'remove this line' },
  );
}
