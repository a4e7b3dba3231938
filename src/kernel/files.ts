/**
 * The one way to the file system. Every function is the one of `node:fs` with the same name, unless
 * a test has put another in its place: the simulator makes each of them fail or stop.
 */
import * as node from 'node:fs';

export type { Dirent, Stats } from 'node:fs';
export const { constants } = node;

export type Files = typeof node;

export let {
  accessSync,
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  statfsSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} = node;

/**
 * Replaces functions in every room at once, for the simulator.
 * @returns the call that puts the former ones back.
 * @internal
 */
export function replaceFiles(replacement: Partial<Files>): () => void {
  const before = inUse;
  assign({ ...before, ...replacement });
  return () => assign(before);
}

let inUse: Files = node;

function assign(files: Files): void {
  inUse = files;
  ({
    accessSync,
    appendFileSync,
    chmodSync,
    closeSync,
    copyFileSync,
    cpSync,
    existsSync,
    fchmodSync,
    fchownSync,
    fstatSync,
    fsyncSync,
    ftruncateSync,
    futimesSync,
    linkSync,
    lstatSync,
    mkdirSync,
    mkdtempSync,
    openSync,
    readFileSync,
    readSync,
    readdirSync,
    readlinkSync,
    realpathSync,
    renameSync,
    rmSync,
    rmdirSync,
    statSync,
    statfsSync,
    symlinkSync,
    truncateSync,
    unlinkSync,
    writeFileSync,
    writeSync,
  } = files);
}
