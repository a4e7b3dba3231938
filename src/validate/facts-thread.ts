/** A thread that computes the facts of the files that it is asked for. */
import { parentPort, workerData } from 'node:worker_threads';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import { openSnapshot } from '../workspace/snapshot.js';
import { readIfThere } from '../workspace/read-if-there.js';
import type { FileEntry } from '../workspace/types.js';
import { within } from '../workspace/root-descriptor.js';
import { answerHere, type ThreadRequest, type ThreadSetting } from './facts-threads.js';

const { root, registry } = workerData as ThreadSetting;
/** Only those of the current request. */
const files = new Map<string, FileEntry>();
const snapshot = openSnapshot(root, {
  // No rule about one file reads the clock.
  now: new Date(0),
  files,
  read: (path) => (path === REGISTRY_FILE ? Buffer.from(registry) : read(path)),
});

parentPort?.on('message', (request: ThreadRequest) => {
  for (const entry of request) files.set(entry.path, entry);
  parentPort?.postMessage(answerHere(snapshot, request));
  files.clear();
});

/** The caller tries what cannot be read again. */
function read(path: string): Buffer | undefined {
  try {
    return readIfThere(within(root, path));
  } catch {
    return undefined;
  }
}
