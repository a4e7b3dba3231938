/**
 * A long log in windows of about 32 kB that end with a line. Where they end depends only on the
 * bytes up to there, so a log that grows keeps its windows.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from '../kernel/files.js';
import { errnoOf, storageError } from './storage-error.js';
import type { Snapshot } from './types.js';

/**
 * What is made of one window dies young. With larger ones V8 finds that much survives a collection
 * of its new space, and from then on makes such objects in its old space, which grows by 100 MB.
 */
const SIZE = 1 << 15;
/** Bytes. Of a longer log, nothing keeps the whole text or all records in memory. */
export const LONG_LOG = 1 << 20;
const PROBE = 4096;
const NEWLINE = 10;

/** Whether a file is a long log and nothing else, so that it may be read in windows. */
export function isLongLog(snapshot: Pick<Snapshot, 'files' | 'objectsOf'>, path: string): boolean {
  const entry = snapshot.files.get(path);
  if (entry?.kind !== 'file' || entry.size <= LONG_LOG) return false;
  const [object, second] = snapshot.objectsOf(path);
  return object?.shape === 'log' && second === undefined;
}

/** `bytes`: whole lines, valid until the next window. `offset`: where they are in the file. */
export type LogWindow = {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly index: number;
  /** The log grows in it. */
  readonly isLast: boolean;
};
export type WindowOptions = {
  readonly newestFirst?: boolean;
  /** Only this window. */
  readonly only?: number;
  /** No window after this one. */
  readonly upTo?: number;
  /** Windows that are left out. */
  readonly without?: ReadonlySet<number> | undefined;
};

/** No windows for a missing file or anything but a plain file. */
export function* logWindows(path: string, options: WindowOptions = {}): Generator<LogWindow> {
  const descriptor = open(path);
  if (descriptor === undefined) return;
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return;
    const count = Math.ceil(stats.size / SIZE);
    let buffer = Buffer.allocUnsafe(Math.min(stats.size, SIZE + PROBE));
    for (let i = 0; i < count; i++) {
      const index = options.newestFirst === true ? count - 1 - i : i;
      if (options.only !== undefined && index !== options.only) continue;
      if (options.upTo !== undefined && index > options.upTo) continue;
      if (options.without?.has(index) === true) continue;
      const start = boundary(descriptor, index, stats.size);
      const length = boundary(descriptor, index + 1, stats.size) - start;
      if (length <= 0) continue;
      if (length > buffer.length) buffer = Buffer.allocUnsafe(length);
      const bytes = buffer.subarray(0, fill(descriptor, buffer.subarray(0, length), start));
      if (bytes.length > 0) yield { bytes, offset: start, index, isLast: index === count - 1 };
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Every window needs it for a moment; memory of its own for each would wait for the collector. */
const probe = Buffer.allocUnsafe(PROBE);

/** The first place at or after `index` windows that is the start of a line. */
function boundary(descriptor: number, index: number, size: number): number {
  for (let offset = index * SIZE - 1; offset < size; offset += PROBE) {
    if (offset < 0) return 0;
    const newline = probe.subarray(0, fill(descriptor, probe, offset)).indexOf(NEWLINE);
    if (newline >= 0) return Math.min(offset + newline + 1, size);
  }
  return size;
}

function fill(descriptor: number, buffer: Buffer, offset: number): number {
  let done = 0;
  while (done < buffer.length) {
    const read = readSync(descriptor, buffer, done, buffer.length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

function open(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw storageError(error, path, 'read');
  }
}
