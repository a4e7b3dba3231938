/** Reads JSON documents that a program prints one per line. */
import { StringDecoder } from 'node:string_decoder';

/** A longer line is not a message and is dropped. */
const LONGEST = 8 * 1024 * 1024;

/** `on` gets every whole line that is JSON, `other` every other line. */
export function jsonLines(
  on: (value: unknown) => void,
  other: (line: string) => void,
): (chunk: Uint8Array) => void {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  const finish = (): void => {
    const line = parts.join('').trim();
    const tooLong = length > LONGEST;
    [parts, length] = [[], 0];
    if (line === '' || tooLong) return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return other(line);
    }
    on(value);
  };
  return (chunk) => {
    const [first = '', ...rest] = decoder.write(Buffer.from(chunk)).split('\n');
    const keep = (text: string): void => {
      length += text.length;
      if (length <= LONGEST) parts.push(text);
      else parts = [];
    };
    keep(first);
    for (const text of rest) {
      finish();
      keep(text);
    }
  };
}
