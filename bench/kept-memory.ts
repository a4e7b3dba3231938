/**
 * Loaded into a process that is measured: at each SIGUSR2 it collects garbage and writes how many
 * bytes it keeps to the file that the environment names.
 */
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const path = process.env['NOCTURNE_KEPT_MEMORY'] ?? '';
if (path !== '') {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  process.on('SIGUSR2', () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    writeFileSync(path, String(heapUsed + external));
  });
}
