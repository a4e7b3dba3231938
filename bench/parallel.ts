/**
 * A night of four projects whose agents wait for their model for 20 seconds: all at once against
 * one after another.
 */
import { join } from 'node:path';
import { fourProjects, runNight, waitingAgent } from '../test/passes/four-projects.js';
import { atMost, type Bench, type Result } from './result.js';

const AGENT = waitingAgent('await pause(20_000);');
const MOST = 0.35;

export const parallel: Bench = {
  name: 'parallel',
  async run(directory): Promise<readonly Result[]> {
    return [
      atMost('a night of four projects at once', {
        figure: await nightOf(join(directory, 'at-once'), '--parallel', '4'),
        floor: await nightOf(join(directory, 'in-turn')),
        floorName: 'one after another',
        limit: MOST,
      }),
    ];
  },
};

async function nightOf(directory: string, ...words: readonly string[]): Promise<number> {
  const place = fourProjects(directory, AGENT);
  place.workspace.close();
  const started = performance.now();
  const { exitCode, stdout, stderr } = await runNight(place, ...words);
  if (exitCode !== 0) throw new Error(`the night ended ${exitCode}: ${stdout}${stderr}`);
  return performance.now() - started;
}
