/** JSON documents that a program prints one per line, as they come. */
import { StringDecoder } from 'node:string_decoder';

/** A line that is longer is no message of a protocol any more; nothing of it is kept. */
const LONGEST = 8 * 1024 * 1024;

/**
 * @returns a function that takes chunks; `on` is called with every whole line that is JSON, `other`
 * with every one that is not.
 */
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
