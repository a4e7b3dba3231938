/** Files of attempts are kept for two weeks after their loop has ended; the record stays. */
import { join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { repositoryOf } from '../../../passes/repository/repository-record.js';
import { listIfThere } from '../../../workspace/read-if-there.js';
import type { Snapshot } from '../../../workspace/types.js';
import { keptAttempt, removeAttempt } from './attempt-store.js';
import { attemptsFolder, type LoopPlace, readRecord } from './loop-record.js';
import { readLoop } from './loop-state.js';

const KEPT_MS = 14 * 86_400_000;

/** @returns whose files were removed, and which record cannot be read. */
export function expireAttempts(state: string, snapshot: Snapshot): readonly string[] {
  const folder = attemptsFolder(state);
  return listIfThere(folder).flatMap((project) =>
    listIfThere(join(folder, project)).flatMap((step) => {
      try {
        return expireLoop({ state, project, step }, snapshot);
      } catch (error) {
        if (!(error instanceof NocturneError)) throw error;
        return [error.message];
      }
    }),
  );
}

function expireLoop(place: LoopPlace, snapshot: Snapshot): readonly string[] {
  const { project, step } = place;
  const loop = readLoop(readRecord(place));
  const ended = Date.parse(loop?.stopped?.time ?? '');
  if (loop === undefined || !(snapshot.now.getTime() - ended > KEPT_MS)) return [];
  const kept = loop.attempts.filter(({ runId }) => keptAttempt(place, runId) !== undefined);
  const repository = repositoryOf(snapshot, project);
  for (const { runId } of kept) removeAttempt(place, runId, repository);
  return kept.map(({ attempt }) => `attempt ${attempt} of ${project}/${step} expired`);
}
