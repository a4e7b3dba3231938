/**
 * Other spellings of one content: what an editor, git or a formatter made of it can be undone
 * without asking anybody, because the result is checked against a hash that the owner signed.
 */
import { isUtf8 } from 'node:buffer';
import { conflictLine, conflictSides } from '../markdown/conflict-markers.js';
import { withoutFormatting } from '../markdown/without-formatting.js';

export type RestoreReason = 'lost' | 'line-endings' | 'formatting' | 'conflict';
export type Restored = { readonly reason: RestoreReason; readonly content: Buffer };

const BOM = '\xef\xbb\xbf';

/**
 * The first spelling that is sound. @param stored the content that was signed, if it is known: it
 * comes last, for a text whose only other difference is its formatting or a conflict.
 */
export function restored(
  bytes: Buffer,
  options: {
    readonly isSound: (content: Buffer) => boolean;
    readonly stored: () => Buffer | undefined;
  },
): Restored | undefined {
  const { isSound } = options;
  for (const content of lineSpellings(bytes))
    if (isSound(content)) return { reason: 'line-endings', content };
  if (!isUtf8(bytes)) return undefined;
  if (isBlank(bytes)) return lost(options);
  const text = bytes.toString('utf8');
  const isConflict = conflictLine(text) !== undefined;
  if (isConflict)
    for (const side of conflictSides(text))
      for (const content of [Buffer.from(side), ...lineSpellings(Buffer.from(side))])
        if (isSound(content)) return { reason: 'conflict', content };
  const content = options.stored();
  if (content === undefined || !isSound(content)) return undefined;
  if (isConflict) return { reason: 'conflict', content };
  return withoutFormatting(text) === withoutFormatting(content.toString('utf8'))
    ? { reason: 'formatting', content }
    : undefined;
}

/** What was signed, in the place of a page that a sync tool or a power cut has emptied. */
export function lost(options: {
  readonly isSound: (content: Buffer) => boolean;
  readonly stored: () => Buffer | undefined;
}): Restored | undefined {
  const content = options.stored();
  return content !== undefined && options.isSound(content)
    ? { reason: 'lost', content }
    : undefined;
}

function isBlank(bytes: Buffer): boolean {
  return !/[^\0\s]/.test(bytes.toString('latin1'));
}

/** With other line endings, with and without a byte order mark and a last line ending. */
export function* lineSpellings(bytes: Buffer): Generator<Buffer> {
  // One character for each byte.
  const text = bytes.toString('latin1');
  const plain = (text.startsWith(BOM) ? text.slice(BOM.length) : text).replace(/\r\n?/g, '\n');
  const ends = [plain, plain.replace(/\n*$/, '\n'), plain.replace(/\n+$/, '')];
  for (const end of new Set(ends))
    for (const lines of new Set([end, end.replaceAll('\n', '\r\n')]))
      for (const spelling of [lines, BOM + lines])
        if (spelling !== text) yield Buffer.from(spelling, 'latin1');
}
