/**
 * Whole processes in a new workspace, compared with Node doing nothing. `validate` runs with its
 * caches and without them.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeWorkspace } from '../test/support/make-workspace.js';
import { byTurns, timeProcess } from './measure.js';
import { atMost, type Bench, type Result } from './result.js';

const PROGRAM = fileURLToPath(new URL('../../bin/nocturne.cjs', import.meta.url));
const RUNS = 21;

export const startUp: readonly Bench[] = [
  bench('version', { words: ['--version'], limit: 1.15 }),
  bench('gate', { words: ['gate'], limit: 1.5 }),
  bench('validate', { words: ['validate'], limit: 2.5 }),
];

function bench(
  name: string,
  at: { readonly words: readonly string[]; readonly limit: number },
): Bench {
  return {
    name,
    async run(directory): Promise<readonly Result[]> {
      const { root, home } = makeWorkspace(directory, { at: new Date().toISOString() });
      const options = { cwd: root, env: { NOCTURNE_HOME: home } };
      const floor = async (): Promise<number> =>
        (await timeProcess(process.execPath, ['-e', '0'], options)).ms;
      const work = async (): Promise<number> => {
        const { ms, exit, stdout } = await timeProcess(
          process.execPath,
          [PROGRAM, ...at.words],
          options,
        );
        if (exit !== 0) throw new Error(`nocturne ${at.words.join(' ')} ended ${exit}: ${stdout}`);
        return ms;
      };
      const [floorMs = 0, figure = 0] = await byTurns([floor, work], RUNS);
      const main = atMost(`nocturne ${at.words.join(' ')}`, {
        figure,
        floor: floorMs,
        floorName: 'node -e 0',
        limit: at.limit,
      });
      if (name !== 'validate') return [main];
      const uncached = (): Promise<number> => {
        for (const cache of ['cache.db', 'validation.json'])
          rmSync(join(root, '.nocturne', cache), { force: true });
        return work();
      };
      const [again = 0, first = 0] = await byTurns([floor, uncached]);
      return [
        { ...main, name: `${main.name}, nothing changed` },
        {
          ...atMost(`${main.name}, no cache`, {
            figure: first,
            floor: again,
            floorName: 'node -e 0',
            limit: at.limit,
          }),
          limit: '-',
          met: undefined,
        },
      ];
    },
  };
}
