/**
 * The caller's side of the threads that compute the facts of very many files: after a clone, a
 * branch change or an upgrade. The caller computes facts too, as one thread of them.
 */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { messageOf } from '../kernel/error.js';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import { isFree } from '../registry/route.js';
import type { ContentCache } from '../workspace/cache.js';
import type { Fresh } from '../workspace/cache-tables.js';
import { isLongLog } from '../workspace/log-windows.js';
import { within } from '../workspace/root-descriptor.js';
import type { FileEntry, Snapshot } from '../workspace/types.js';
import { freshFacts } from './cached-facts.js';
import { contentKind } from './content-kind.js';

/** `registry`: the text that gives every file its meaning. */
export type ThreadSetting = { readonly root: string; readonly registry: Buffer };
export type ThreadRequest = readonly FileEntry[];
export type ThreadAnswer = readonly (readonly [path: string, file: Fresh])[];

/** Fewer files are faster than a thread starts. */
const FEWEST = 1_000;
/** More threads gain little, and each loads and compiles the rules again. */
const MOST_THREADS = 4;
const FILES_IN_REQUEST = 25;
/**
 * Of a thread: the caller gives it more when it has finished files of its own. At the end, the
 * caller has nothing to do until the thread has answered them.
 */
const REQUESTS_AHEAD = 3;
/** The caller reads larger files itself, with care for memory. */
const LARGEST = 4 << 20;
/** So that what one file needs is gone before the collector looks at it. */
const YOUNG_MB = 48;

/**
 * Puts the facts of all files that changed into the cache if they are very many. Where a thread
 * fails, they are left to the caller.
 */
export async function fillInThreads(
  snapshot: Snapshot,
  cache: ContentCache,
  options: {
    readonly onFile?: ((done: number, total: number) => void) | undefined;
    readonly progress: (line: string) => void;
  },
): Promise<void> {
  const registry = snapshot.bytes(REGISTRY_FILE);
  const entries = [...snapshot.files.values()].filter(
    (entry) =>
      !cache.isUnchanged(entry.path) &&
      cache.facts(entry.path) === undefined &&
      isForThreads(snapshot, entry),
  );
  const threads = Math.min(availableParallelism(), MOST_THREADS);
  if (registry === undefined || threads === 1 || entries.length < FEWEST) return;
  const requests: ThreadRequest[] = [];
  for (let i = 0; i < entries.length; i += FILES_IN_REQUEST)
    requests.push(entries.slice(i, i + FILES_IN_REQUEST));
  let done = 0;
  const keep = (answer: ThreadAnswer): void => {
    for (const [path, file] of answer) cache.put(path, file);
    done += FILES_IN_REQUEST;
    options.onFile?.(Math.min(done, entries.length), entries.length);
  };
  // Each processor has a thread of its own, so help with collecting takes from another one's work.
  const isFull = threads === availableParallelism();
  if (isFull) setFlagsFromString('--no-parallel-scavenge');
  const setting = { root: within(snapshot.root), registry };
  const ended = await Promise.allSettled([
    ...Array.from({ length: threads - 1 }, () => serve(setting, requests, keep)),
    serveHere(snapshot, requests, keep),
  ]);
  if (isFull) setFlagsFromString('--parallel-scavenge');
  for (const end of ended)
    if (end.status === 'rejected')
      options.progress(`a thread could not check its files: ${messageOf(end.reason)}`);
}

function isForThreads(snapshot: Snapshot, { path, kind, size }: FileEntry): boolean {
  return (
    kind === 'file' &&
    size <= LARGEST &&
    contentKind(path) !== 'binary' &&
    !isFree(snapshot.schema, path) &&
    !isLongLog(snapshot, path)
  );
}

/** What one thread answers. A file that cannot be read is left to the caller. */
export function answerHere(snapshot: Snapshot, request: ThreadRequest): ThreadAnswer {
  return request.flatMap(({ path }) => {
    const fresh = freshFacts(snapshot, path);
    snapshot.release?.(path);
    return fresh === undefined ? [] : [[path, fresh] as const];
  });
}

/** This thread takes requests as well, and lets the others have theirs in between. */
async function serveHere(
  snapshot: Snapshot,
  requests: ThreadRequest[],
  keep: (answer: ThreadAnswer) => void,
): Promise<void> {
  for (;;) {
    await setImmediate();
    const request = requests.shift();
    if (request === undefined) return;
    keep(answerHere(snapshot, request));
  }
}

/** Another thread, which takes requests until there are none. Some of them wait for it. */
async function serve(
  setting: ThreadSetting,
  requests: ThreadRequest[],
  keep: (answer: ThreadAnswer) => void,
): Promise<void> {
  const worker = new Worker(new URL('../../../bin/facts-thread.cjs', import.meta.url), {
    workerData: setting,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      let open = 0;
      const send = (): void => {
        const request = requests.shift();
        if (request === undefined) return;
        open++;
        worker.postMessage(request);
      };
      worker.on('message', (answer: ThreadAnswer) => {
        open--;
        send();
        keep(answer);
        if (open === 0) resolve();
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`a thread ended with ${code}`)));
      for (let waiting = 0; waiting < REQUESTS_AHEAD; waiting++) send();
      if (open === 0) resolve();
    });
  } finally {
    // Nobody has to wait for its end.
    void worker.terminate();
  }
}
