/** Calls back after files of a workspace change, until SIGINT or SIGTERM. */
import { relative } from 'node:path';
import { isIgnored } from '../../workspace/walk.js';

/** Editors write in several steps, which should count as one change. */
const QUIET_MS = 120;

/** Runs `act` at the start and after each change, one run at a time. */
export async function watchWorkspace(root: string, act: () => Promise<void>): Promise<void> {
  const { watch } = await import('chokidar');
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => path !== root && isIgnored(relative(root, path).replaceAll('\\', '/')),
  });
  try {
    await new Promise<void>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      let running = false;
      let again = false;
      const run = (): void => {
        if (running) {
          again = true;
          return;
        }
        running = true;
        act().then(() => {
          running = false;
          if (again) {
            again = false;
            run();
          }
        }, reject);
      };
      watcher.on('ready', run);
      watcher.on('error', reject);
      watcher.on('all', () => {
        clearTimeout(timer);
        timer = setTimeout(run, QUIET_MS);
      });
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      process.once('SIGINT', end);
      process.once('SIGTERM', end);
    });
  } finally {
    await watcher.close();
  }
}
