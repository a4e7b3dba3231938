/** Reads a log in blocks of whole lines, so that a file of any length needs little memory. */
import { closeSync, constants, fstatSync, openSync, readSync } from '../kernel/files.js';

const BLOCK = 1 << 20;

/** A log held open for reading. `close()` it. */
export type OpenLog = {
  readonly size: () => number;
  /** Bytes at an offset; fewer at the end of the file. */
  readonly read: (offset: number, length: number) => Buffer;
  /**
   * Blocks from `offset` to the end of the file. Each ends with a newline, except perhaps the last.
   * A block is valid until the next one.
   */
  readonly blocks: (offset: number) => Generator<Buffer>;
  readonly close: () => void;
};

/** Opens a regular file. A symbolic link is an `ELOOP` error, anything else `undefined`. */
export function openLog(path: string): OpenLog | undefined {
  const descriptor = openSync(
    path,
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  if (!fstatSync(descriptor).isFile()) {
    closeSync(descriptor);
    return undefined;
  }
  return {
    size: () => fstatSync(descriptor).size,
    read: (offset, length) => {
      const buffer = Buffer.allocUnsafe(length);
      return buffer.subarray(0, fill(descriptor, buffer, { from: 0, offset }));
    },
    blocks: (offset) => blocks(descriptor, offset),
    close: () => closeSync(descriptor),
  };
}

function* blocks(descriptor: number, start: number): Generator<Buffer> {
  let buffer = Buffer.allocUnsafe(
    Math.min(BLOCK, Math.max(1, fstatSync(descriptor).size - start + 1)),
  );
  let kept = 0;
  for (let offset = start; ; ) {
    const length = kept + fill(descriptor, buffer, { from: kept, offset });
    const atEnd = length < buffer.length;
    const whole = atEnd ? length : buffer.lastIndexOf(10, length - 1) + 1;
    if (whole > 0) yield buffer.subarray(0, whole);
    if (atEnd) return;
    offset += length - kept;
    kept = length - whole;
    const next = whole === 0 ? Buffer.allocUnsafe(2 * buffer.length) : buffer;
    buffer.copy(next, 0, whole, length);
    buffer = next;
  }
}

/** Reads until the buffer is full or the file ends. */
function fill(
  descriptor: number,
  buffer: Buffer,
  position: { readonly from: number; readonly offset: number },
): number {
  let done = 0;
  while (position.from + done < buffer.length) {
    const read = readSync(
      descriptor,
      buffer,
      position.from + done,
      buffer.length - position.from - done,
      position.offset + done,
    );
    if (read === 0) break;
    done += read;
  }
  return done;
}
