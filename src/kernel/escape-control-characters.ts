/** Writes out control characters, so that a stranger's text is safe to display. */

/**
 * Control characters except tab and newline, bidirectional controls, and separators that some
 * programs treat as line breaks.
 */
const ACTING =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Line ends become `\n`; each control character becomes text such as `[U+202E]`. */
export function escapeControlCharacters(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(
      ACTING,
      (found) => `[U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

/** Whether a name is one line without control, hidden or unassigned characters. */
export function isPlainName(text: string, most: number): boolean {
  return text !== '' && text.length <= most && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text);
}
