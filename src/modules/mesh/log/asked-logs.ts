/**
 * Questions of commands to the running service about logs of other nodes, in the state directory.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeDirectory, removeIfThere } from '../../../workspace/durable.js';
import { listIfThere } from '../../../workspace/read-if-there.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { meshDirectory } from '../identity.js';
import type { ShownRow } from './log-lines.js';

export type LogAnswer = { readonly rows: readonly ShownRow[] } | { readonly why: string };
type Asked = { readonly id: string; readonly node: string };

const LOOK_MS = 100;

/** Nothing if nobody has answered in time. */
export async function askLog(
  state: string,
  node: string,
  timeoutMs: number,
): Promise<LogAnswer | undefined> {
  const id = randomUUID();
  makeDirectory(folderOf(state), 0o700);
  writeJsonDurably(pathOf(state, id, 'ask'), { id, node } satisfies Asked);
  try {
    for (const until = performance.now() + timeoutMs; performance.now() < until; ) {
      const answer = readJson<LogAnswer>(pathOf(state, id, 'answer'));
      if (answer !== undefined) return answer;
      await pause(LOOK_MS);
    }
    return undefined;
  } finally {
    for (const kind of ['ask', 'answer'] as const) removeIfThere(pathOf(state, id, kind));
  }
}

export function askedLogs(state: string): readonly Asked[] {
  return listIfThere(folderOf(state))
    .filter((name) => name.endsWith('.ask.json'))
    .flatMap((name) => readJson<Asked>(join(folderOf(state), name)) ?? []);
}

export function answerAsked(state: string, id: string, answer: LogAnswer): void {
  writeJsonDurably(pathOf(state, id, 'answer'), answer);
  removeIfThere(pathOf(state, id, 'ask'));
}

function folderOf(state: string): string {
  // Not that of questions to agents, which have files of the same form.
  return join(meshDirectory(state), 'asked-logs');
}

function pathOf(state: string, id: string, kind: 'ask' | 'answer'): string {
  return join(folderOf(state), `${id}.${kind}.json`);
}
