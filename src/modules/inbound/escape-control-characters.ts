/**
 * Text of strangers made harmless to look at: what would act on a screen or hide is written out.
 */

/**
 * Control characters but tab and newline; bidirectional controls; separators that some programs
 * take for line breaks.
 */
const ACTING =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Line ends become `\n`; each acting character becomes `[U+202E]`. */
export function escapeControlCharacters(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(
      ACTING,
      (found) => `[U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

/** A name on one line: nothing that acts, hides or has no meaning, nothing that is not one line. */
export function isPlainName(text: string, most: number): boolean {
  return text !== '' && text.length <= most && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);
}
