/** Splits a stream of server-sent events into its events, without changing a byte. */

const ENDS = ['\n\n', '\r\n\r\n', '\r\r'].map((end) => Buffer.from(end));

/** A vendor's last event may contain the whole answer. */
const LONGEST_EVENT = 64 * 1024 * 1024;

export class SseFrames {
  #rest: Buffer = Buffer.alloc(0);

  /** The events that are complete with these bytes, each with its empty line. */
  push(bytes: Buffer): readonly Buffer[] {
    const frames: Buffer[] = [];
    // An empty line may have begun in the bytes before.
    let from = Math.max(0, this.#rest.length - 3);
    let left = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (let end = endOf(left, from); end > 0; end = endOf(left, from)) {
      frames.push(left.subarray(0, end));
      left = left.subarray(end);
      from = 0;
    }
    this.#rest = left;
    return left.length > LONGEST_EVENT ? [...frames, ...this.rest()] : frames;
  }

  /** What came after the last complete event. */
  rest(): readonly Buffer[] {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length === 0 ? [] : [rest];
  }
}

/** Where the first event ends; 0: nowhere yet. */
function endOf(bytes: Buffer, from: number): number {
  const ends = ENDS.flatMap((end) => {
    const index = bytes.indexOf(end, from);
    return index < 0 ? [] : [index + end.length];
  });
  return ends.length === 0 ? 0 : Math.min(...ends);
}

/** The data of an event; empty for a comment or a ping without data. */
export function dataOf(frame: string): string {
  return frame
    .split(/\r\n|\r|\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).replace(/^ /, ''))
    .join('\n');
}
