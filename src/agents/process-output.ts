/** What a program prints: the end of it is kept, all of it is counted, too much of it is said. */
import { outputLimiter } from './output-limiter.js';
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
