/** A program's output: keeps the end, counts everything, and reports when there is too much. */
import { outputTail } from './output-tail.js';
import type { ProcessEnd, ProcessLimits } from './process-request.js';

const MIB = 1024 * 1024;
const TAIL_BYTES = 8 * 1024;

export type Output = {
  /** @returns a sentence once it is too much. */
  take(stream: 'stdout' | 'stderr', chunk: Uint8Array): string | undefined;
  kept(): Pick<ProcessEnd, 'stdout' | 'tail' | 'stderrTail' | 'bytes'>;
  latest(): string;
  readonly seen: number;
};

export function collectOutput({
  maxBytes = 32 * MIB,
  maxBytesPerSecond = 16 * MIB,
}: ProcessLimits): Output {
  const stdout = outputTail(MIB);
  const stderr = outputTail(TAIL_BYTES);
  const both = outputTail(TAIL_BYTES);
  const gate = outputLimiter({ maxBytes, maxBytesPerSecond });
  return {
    take(stream, chunk) {
      (stream === 'stdout' ? stdout : stderr).push(chunk);
      both.push(chunk);
      return gate(chunk.length, performance.now());
    },
    kept: () => ({
      stdout: stdout.text(),
      tail: both.text(),
      stderrTail: stderr.text(),
      bytes: both.seen,
    }),
    latest: () => both.text(1024),
    get seen() {
      return both.seen;
    },
  };
}

export type OutputLimits = { readonly maxBytes: number; readonly maxBytesPerSecond: number };

/** @returns a sentence once there is too much. Times in milliseconds. */
export function outputLimiter({
  maxBytes,
  maxBytesPerSecond,
}: OutputLimits): (bytes: number, now: number) => string | undefined {
  let total = 0;
  let windowFrom = Number.NEGATIVE_INFINITY;
  let inWindow = 0;
  return (bytes, now) => {
    if (now - windowFrom >= 1000) {
      windowFrom = now;
      inWindow = 0;
    }
    total += bytes;
    inWindow += bytes;
    if (total > maxBytes) return `The program printed more than ${size(maxBytes)}.`;
    if (inWindow > maxBytesPerSecond)
      return `The program printed more than ${size(maxBytesPerSecond)} within a second.`;
    return undefined;
  };
}

function size(bytes: number): string {
  if (bytes >= 1024 * 1024) return `${Math.round((bytes / (1024 * 1024)) * 10) / 10} MiB`;
  return bytes >= 1024 ? `${Math.round((bytes / 1024) * 10) / 10} KiB` : `${bytes} bytes`;
}
