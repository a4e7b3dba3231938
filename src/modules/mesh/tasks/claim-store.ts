/**
 * What a node keeps in its state directory about tasks: claims on those of others and how the work
 * ended, packages of its own, and change sets that came home.
 */
import { join } from 'node:path';
import { makeDirectory, removeIfThere } from '../../../workspace/durable.js';
import { fileMark } from '../../../workspace/file-stat.js';
import { listIfThere } from '../../../workspace/read-if-there.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { meshDirectory } from '../identity.js';
import { taskKey } from '../wire/names.js';
import type { Arrival, Claim, ClaimResult } from './task.js';

type Folder = 'claims' | 'results' | 'arrivals';

export function claimKey({ owner, spec }: Pick<Claim, 'owner' | 'spec'>): string {
  return taskKey(owner, spec.task);
}

export function readClaims(state: string): readonly Claim[] {
  return all<Claim>(state, 'claims');
}

/** @param key `OWNER.TASK` */
export function readClaim(state: string, key: string): Claim | undefined {
  return readJson<Claim>(pathOf(state, 'claims', key));
}

export function writeClaim(state: string, claim: Claim): void {
  write(state, 'claims', claimKey(claim), claim);
}

export function removeClaim(state: string, key: string): void {
  removeIfThere(pathOf(state, 'claims', key));
}

/** The pass of this node that works on it. Nothing if the claim is gone: it was withdrawn. */
export function markRunning(state: string, key: string, runId: string): Claim | undefined {
  const claim = readClaim(state, key);
  if (claim === undefined) return undefined;
  const running = { ...claim, runId };
  writeClaim(state, running);
  return running;
}

export function readResult(state: string, key: string): ClaimResult | undefined {
  return readJson<ClaimResult>(pathOf(state, 'results', key));
}

/** The service sends it; until the owner of the task has taken it, it stays. */
export function writeResult(state: string, result: ClaimResult): void {
  write(state, 'results', taskKey(result.owner, result.task), result);
}

export function removeResult(state: string, key: string): void {
  removeIfThere(pathOf(state, 'results', key));
}

export function readArrival(state: string, task: string): Arrival | undefined {
  return readJson<Arrival>(pathOf(state, 'arrivals', task));
}

/** One by one, for a reader that stops early: each has a whole change set in it. */
export function* eachArrival(state: string): Generator<Arrival> {
  for (const task of arrivedTasks(state)) {
    const arrival = readArrival(state, task);
    if (arrival !== undefined) yield arrival;
  }
}

/** Without reading them. */
export function arrivedTasks(state: string): readonly string[] {
  return names(join(meshDirectory(state), 'arrivals')).map((name) => name.replace(/\.json$/, ''));
}

/** Changes whenever the file does; empty if there is none. */
export function arrivalMark(state: string, task: string): string {
  return fileMark(pathOf(state, 'arrivals', task));
}

export function writeArrival(state: string, arrival: Arrival): void {
  write(state, 'arrivals', arrival.task, arrival);
}

/** When the task is over or was sent back; the service does it as well. */
export function removeArrival(state: string, task: string): void {
  removeIfThere(pathOf(state, 'arrivals', task));
}

function write(state: string, folder: Folder, name: string, value: unknown): void {
  makeDirectory(join(meshDirectory(state), folder), 0o700);
  writeJsonDurably(pathOf(state, folder, name), value);
}

function all<T>(state: string, folder: Folder): readonly T[] {
  return names(join(meshDirectory(state), folder)).flatMap((name) => {
    const value = readJson<T>(join(meshDirectory(state), folder, name));
    return value === undefined ? [] : [value];
  });
}

function names(folder: string): readonly string[] {
  return listIfThere(folder).filter((name) => name.endsWith('.json'));
}

function pathOf(state: string, folder: Folder, name: string): string {
  return join(meshDirectory(state), folder, `${name}.json`);
}
