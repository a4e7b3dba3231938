/** Keeps the end of an output in bounded memory, as printable text. */
import { stripVTControlCharacters } from 'node:util';

export type OutputTail = {
  push(chunk: Uint8Array): void;
  /** Cut between characters, without terminal escapes or control characters. */
  text(lastBytes?: number): string;
  /** In total. */
  readonly seen: number;
};

/** Keeps at least the last `keepBytes` bytes, and at most twice as many. */
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

/** Removes terminal escapes and control characters except tab and line feed. */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

/** Cut between characters. */
export function lastBytes(text: string, bytes: number): string {
  const all = Buffer.from(text);
  return all.length <= bytes ? text : wholeCharacters(all.subarray(all.length - bytes), true);
}

/** The beginning may be inside a UTF-8 character. */
function wholeCharacters(bytes: Uint8Array, cut: boolean): string {
  let start = 0;
  while (cut && start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.length - start).toString('utf8');
}
