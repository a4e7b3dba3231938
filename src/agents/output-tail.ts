/**
 * The end of an output of any length, kept in bounded memory, and made fit to be shown and
 * recorded.
 */
import { stripVTControlCharacters } from 'node:util';

export type OutputTail = {
  push(chunk: Uint8Array): void;
  /**
   * The kept bytes as text: cut between characters, without terminal escapes or control characters.
   */
  text(lastBytes?: number): string;
  /** Bytes seen in all. */
  readonly seen: number;
};

/** Keeps at least the last `keepBytes` bytes, and never more than twice as many. */
export function outputTail(keepBytes: number): OutputTail {
  let chunks: Uint8Array[] = [];
  let held = 0;
  let seen = 0;

  const compact = (): Buffer => {
    const all = Buffer.concat(chunks);
    const kept = all.length > keepBytes ? Buffer.from(all.subarray(all.length - keepBytes)) : all;
    chunks = [kept];
    held = kept.length;
    return kept;
  };

  return {
    push(chunk) {
      seen += chunk.length;
      const part = chunk.length > keepBytes ? chunk.subarray(chunk.length - keepBytes) : chunk;
      chunks.push(part);
      held += part.length;
      if (held > 2 * keepBytes) compact();
    },
    text(lastBytes = keepBytes) {
      const kept = compact();
      const cut = kept.length > lastBytes ? kept.subarray(kept.length - lastBytes) : kept;
      return printable(wholeCharacters(cut, seen > cut.length));
    },
    get seen() {
      return seen;
    },
  };
}

/**
 * Text without terminal escapes and without control characters other than tab and line feed; `\r\n`
 * becomes `\n`.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

/** The last `bytes` bytes of a text, cut between characters. */
export function lastBytes(text: string, bytes: number): string {
  const all = Buffer.from(text);
  return all.length <= bytes ? text : wholeCharacters(all.subarray(all.length - bytes), true);
}

/** Decodes bytes whose beginning may be cut inside a UTF-8 character. */
function wholeCharacters(bytes: Uint8Array, cut: boolean): string {
  let start = 0;
  while (cut && start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.length - start).toString('utf8');
}
