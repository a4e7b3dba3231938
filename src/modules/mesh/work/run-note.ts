/** What a pass of the mesh leaves for the commit that records it. */
import { join } from 'node:path';
import { makeDirectory, removeIfThere } from '../../../workspace/durable.js';
import { listIfThere } from '../../../workspace/read-if-there.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { meshDirectory } from '../identity.js';
import type { RefusalCode } from '../wire/refusal.js';

export type RunNote = {
  /** The change set that it has made, as signed. */
  readonly changeSet?: string;
  /** Why it did not take what came home. */
  readonly refused?: RefusalCode;
};

export function keepNote(state: string, runId: string, note: RunNote): void {
  makeDirectory(folderOf(state), 0o700);
  writeJsonDurably(pathOf(state, runId), note);
}

export function noteOf(state: string, runId: string): RunNote {
  return readJson<RunNote>(pathOf(state, runId)) ?? {};
}

/** @param atWork runs that have not ended. */
export function dropNotes(state: string, atWork: ReadonlySet<string>): void {
  for (const name of listIfThere(folderOf(state))) {
    const runId = name.replace(/\.json$/, '');
    if (!atWork.has(runId)) removeIfThere(pathOf(state, runId));
  }
}

function folderOf(state: string): string {
  return join(meshDirectory(state), 'runs');
}

function pathOf(state: string, runId: string): string {
  return join(folderOf(state), `${runId}.json`);
}
