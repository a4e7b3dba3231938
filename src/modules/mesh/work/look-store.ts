/** Change sets that the owner has to look at before they are committed, in the state directory. */
import { join } from 'node:path';
import { makeDirectory, removeIfThere } from '../../../workspace/durable.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { meshDirectory } from '../identity.js';
import type { Arrival } from '../tasks/task.js';

/** `sha256`: of the change set, so that a yes is for this one only. */
export type OwnerLook = {
  readonly task: string;
  readonly sha256: string;
  readonly why: string;
  readonly accepted?: true;
};

/** Of this change set; nothing of an earlier one. */
export function lookAt(
  state: string,
  { task, sha256 }: Pick<Arrival, 'task' | 'sha256'>,
): OwnerLook | undefined {
  const look = readJson<OwnerLook>(pathOf(state, task));
  return look?.sha256 === sha256 ? look : undefined;
}

export function writeLook(state: string, look: OwnerLook): void {
  makeDirectory(join(meshDirectory(state), 'looks'), 0o700);
  writeJsonDurably(pathOf(state, look.task), look);
}

export function removeLook(state: string, task: string): void {
  removeIfThere(pathOf(state, task));
}

function pathOf(state: string, task: string): string {
  return join(meshDirectory(state), 'looks', `${task}.json`);
}
