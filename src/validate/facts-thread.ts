/** A thread that computes the facts of the files that it is asked for. */
import { parentPort, workerData } from 'node:worker_threads';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import { routeOf } from '../registry/route.js';
import { openSnapshot } from '../workspace/snapshot.js';
import { readIfThere } from '../workspace/read-if-there.js';
import type { FileEntry } from '../workspace/types.js';
import { within } from '../workspace/root-descriptor.js';
import { freshFile } from './cached-facts.js';
import type { ThreadAnswer, ThreadRequest, ThreadSetting } from './facts-threads.js';
import { fileFacts } from './file-facts.js';
import { governedFile } from './governed-file.js';
import { FILE_RULES } from './rules.js';

const { root, registry } = workerData as ThreadSetting;
/** Only those of the current request. */
const files = new Map<string, FileEntry>();
const snapshot = openSnapshot(root, {
  // No rule about one file reads the clock.
  now: new Date(0),
  files,
  read: (path) => (path === REGISTRY_FILE ? Buffer.from(registry) : read(path)),
});

parentPort?.on('message', (request: ThreadRequest) => parentPort?.postMessage(answer(request)));

function answer(request: ThreadRequest): ThreadAnswer {
  return request.flatMap((entry) => {
    const { path } = entry;
    files.set(path, entry);
    const file = governedFile(snapshot, path, routeOf(snapshot.schema, path).tier);
    const fresh =
      file === undefined ? undefined : freshFile(snapshot, path, fileFacts(file, FILE_RULES));
    snapshot.release?.(path);
    files.delete(path);
    return fresh === undefined ? [] : [[path, fresh] as const];
  });
}

/** The caller tries what cannot be read again. */
function read(path: string): Buffer | undefined {
  try {
    return readIfThere(within(root, path));
  } catch {
    return undefined;
  }
}
