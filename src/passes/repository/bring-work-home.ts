/**
 * What a pass has proved is merged onto its branch before the pass is recorded. A conflict is kept
 * for the brief of the next try.
 */
import { join } from 'node:path';
import type { Fragment } from '../../agents/types.js';
import type { AssertionResult } from '../../governance/types.js';
import { sha256 } from '../../kernel/hash.js';
import { makeDirectory, removeIfThere } from '../../workspace/durable.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';
import type { Workspace } from '../../workspace/types.js';
import type { Loaded, Reconciled } from '../types.js';
import { dataFragment } from '../worker/data-fragment.js';
import type { Conflict } from './conflict.js';
import { mergeAttempt, type MergeResult } from './merge-attempt.js';
import { branchOf, type Repository } from './repository-record.js';

type Work = Pick<Loaded, 'project' | 'unit'>;

/** `undefined`: the pass works on no repository. Safe to call again. */
export async function bringWorkHome(
  { state, clock }: Workspace,
  pass: Reconciled,
): Promise<MergeResult | undefined> {
  const { copy, merged, runId, objective, unit, subject } = pass;
  const { repository } = copy?.repository ?? {};
  if (merged === undefined || repository === undefined) return undefined;
  const { conflict, tree } = merged;
  const result: MergeResult =
    conflict === undefined
      ? await mergeAttempt({
          state,
          repository,
          runId,
          title: unit?.title ?? objective,
          subject: unit?.work ?? subject,
          now: clock.now(),
          check: async (found) =>
            found.tree === tree ? undefined : 'The branch moved while the change was tested.',
        })
      : { kind: 'conflict', ...conflict };
  const file = conflictFile(state, pass);
  if (result.kind === 'conflict') {
    makeDirectory(join(state, FOLDER), 0o700);
    writeJsonDurably(file, { why: result.why, text: result.text });
  } else removeIfThere(file);
  return result;
}

export function mergeAssertion(result: MergeResult, repository: Repository): AssertionResult {
  const holds = result.kind === 'merged' || result.kind === 'unchanged';
  return {
    assertion: `merged: ${branchOf(repository)}`,
    holds,
    expected: 'merged, and its test passes',
    found: result.kind === 'merged' ? result.commit : result.why,
    distance: holds ? 0 : 1,
  };
}

/** For the brief of a try after a conflict. */
export function conflictFragments(state: string, work: Work): readonly Fragment[] {
  const conflict = readJson<Conflict>(conflictFile(state, work));
  if (conflict === undefined) return [];
  const text = `${conflict.why} Your clone has their version now. Do your work again on top of it.\n\n${conflict.text}`;
  return [dataFragment('What the last try conflicted with', 'the merge queue', text)];
}

const FOLDER = 'conflicts';

function conflictFile(state: string, { project = '', unit }: Work): string {
  return join(state, FOLDER, `${sha256(unit?.work ?? unit?.id ?? project).slice(0, 32)}.json`);
}
