/** Appends the rows of one operation to its log, once, even if a dead process appended a part. */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  truncateSync,
  writeSync,
} from '../kernel/files.js';
import { dirname } from 'node:path';
import { type Failpoint, makeDirectory, removeIfThere, writeAll } from './durable.js';
import { errnoOf, onFile, storageError } from './storage-error.js';
import type { AppendOp } from './storage-types.js';

export type AppendPlace = {
  readonly target: string;
  readonly op: AppendOp;
  readonly failpoint: Failpoint;
  readonly onUndo: (step: () => void) => void;
};

/**
 * One flushed write on an `O_APPEND` descriptor. `created`: the log did not exist. `false`: the log
 * has changed since the rows were computed.
 */
export function appendLog({ target, op, failpoint, onUndo }: AppendPlace): boolean | 'created' {
  const opened = openLog(op, target);
  if (opened === undefined) return false;
  const { descriptor, created } = opened;
  try {
    if (created) onUndo(() => removeIfEmpty(target));
    const tail = onFile(target, 'read', () => tailOf(descriptor, op));
    if (tail === 'other') return false;
    if (tail === 'torn') onFile(target, 'truncate', () => ftruncateSync(descriptor, op.offset));
    failpoint(`opened ${op.path}`);
    if (tail !== 'whole') {
      onUndo(() => cutBack(target, op));
      onFile(target, 'append to', () => writeOnce(descriptor, op.content));
    }
    failpoint(`appended to ${op.path}`);
    onFile(target, 'flush', () => fsyncSync(descriptor));
    return (
      tailOf(descriptor, op) === 'whole' &&
      isStillAt(descriptor, target) &&
      (created ? 'created' : true)
    );
  } finally {
    closeSync(descriptor);
  }
}

function writeOnce(descriptor: number, content: Buffer): void {
  const written = writeSync(descriptor, content);
  // Only a full disk accepts a part; writing the rest throws its error.
  if (written < content.length) writeAll(descriptor, content.subarray(written));
}

function openLog(
  op: AppendOp,
  target: string,
): { readonly descriptor: number; readonly created: boolean } | undefined {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW;
  try {
    return { descriptor: openSync(target, flags), created: false };
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ELOOP' || code === 'EISDIR') return undefined;
    if (code !== 'ENOENT') throw storageError(error, target, 'open');
    if (op.offset > 0) return undefined;
  }
  makeDirectory(dirname(target));
  return {
    descriptor: onFile(target, 'create', () =>
      openSync(target, flags | constants.O_CREAT | constants.O_EXCL, 0o666),
    ),
    created: true,
  };
}

/** How much of the append is in the log. `torn`: a part of it, or blocks without content. */
function tailOf(descriptor: number, op: AppendOp): 'none' | 'whole' | 'torn' | 'other' {
  const stats = fstatSync(descriptor);
  if (!stats.isFile() || stats.size < op.offset) return 'other';
  if (stats.size === op.offset) return 'none';
  const tail = Buffer.alloc(Math.min(stats.size - op.offset, op.content.length));
  for (let done = 0; done < tail.length; ) {
    const count = readSync(descriptor, tail, done, tail.length - done, op.offset + done);
    if (count === 0) return 'other';
    done += count;
  }
  if (tail.equals(op.content)) return 'whole';
  if (stats.size > op.offset + op.content.length) return 'other';
  return tail.every((byte, i) => byte === 0 || byte === op.content[i]) ? 'torn' : 'other';
}

function isStillAt(descriptor: number, target: string): boolean {
  const [opened, named] = [fstatSync(descriptor), lstatSync(target, { throwIfNoEntry: false })];
  return named?.ino === opened.ino && named.dev === opened.dev && named.size === opened.size;
}

function cutBack(target: string, op: AppendOp): void {
  const size = lstatSync(target, { throwIfNoEntry: false })?.size ?? 0;
  if (size > op.offset && size <= op.offset + op.content.length)
    onFile(target, 'truncate', () => truncateSync(target, op.offset));
}

function removeIfEmpty(target: string): void {
  if (lstatSync(target, { throwIfNoEntry: false })?.size === 0) removeIfThere(target);
}
