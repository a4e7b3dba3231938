/** SHA-256 of many files as the gate and snapshots compute it, compared with `sha256sum`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashAt } from '../src/workspace/observe.js';
import { byTurns, timeOf, timeProcess } from './measure.js';
import { type Bench, megabytes, ms, times } from './result.js';

const FILES = 3_000;
const BYTES = 14_000;
const LARGE_FILES = 8;
const LARGE_BYTES = 8_000_000;
const LEAST = 0.8;

export const hashing: Bench = {
  name: 'hashing',
  async run(directory) {
    const paths = makeFiles(directory);
    const total = FILES * BYTES + LARGE_FILES * LARGE_BYTES;
    const ours = (): number => timeOf(() => paths.forEach((path) => void hashAt(path)));
    const theirs = async (): Promise<number> => {
      const { ms: taken, exit } = await timeProcess('sha256sum', paths);
      if (exit !== 0) throw new Error(`sha256sum ended ${exit}`);
      return taken;
    };
    const [figure = 0, peer = 0] = await byTurns([ours, theirs]);
    const ratio = peer / figure;
    return [
      {
        name: `SHA-256 of ${paths.length} files, ${megabytes(total)}`,
        figure: `${ms(figure)} (${megabytes((total / figure) * 1000)}/s)`,
        against: `sha256sum ${ms(peer)}`,
        ratio: `${times(ratio)} its speed`,
        limit: `>= ${LEAST}x`,
        met: ratio >= LEAST,
      },
    ];
  },
};

function makeFiles(directory: string): readonly string[] {
  const paths: string[] = [];
  for (let i = 0; i < FILES + LARGE_FILES; i++) {
    const folder = join(directory, String(i % 50));
    if (i < 50) mkdirSync(folder);
    const path = join(folder, `${i}.md`);
    writeFileSync(path, Buffer.alloc(i < FILES ? BYTES : LARGE_BYTES, `file ${i}\n`));
    paths.push(path);
  }
  return paths;
}
