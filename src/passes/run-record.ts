/**
 * What a pass was told, called, printed and was judged by: one file a run in the state directory,
 * without credentials, for `nocturne log` and for the brief of the next pass.
 */
import { readdirSync, rmSync } from '../kernel/files.js';
import { join } from 'node:path';
import { defined } from '../kernel/defined.js';
import { sha256 } from '../kernel/hash.js';
import { withoutSecretsIn } from '../governance/guard/secrets.js';
import type { Spending } from '../agents/types.js';
import type { AssertionResult } from '../governance/types.js';
import { makeDirectory } from '../workspace/durable.js';
import { dayOfRun } from '../workspace/ids.js';
import { readJson, writeJsonDurably } from '../workspace/state-home.js';
import { errnoOf, storageError } from '../workspace/storage-error.js';
import type { AskedQuestion } from './judge/question.js';
import type { CallRecord } from './call-record.js';
import type { Composed, Graded, Worked } from './types.js';

const FOLDER = 'runs';
const SUFFIX = '.json';
const DAY_MS = 86_400_000;
/** More calls than this are counted, not kept. */
const MOST_CALLS = 500;

export type RunRecord = {
  readonly version: 1;
  readonly runId: string;
  readonly project?: string;
  /** As it was given, but without credentials. The audit log has its hash. */
  readonly prompt: string;
  readonly promptSha256: string;
  /** Before the agent worked, and after it. */
  readonly before: Judged;
  readonly after?: Judged;
  readonly quality?: string;
  readonly reasons?: readonly string[];
  readonly calls?: readonly CallRecord[];
  readonly callCount?: number;
  readonly ended?: { readonly kind: string; readonly failure?: string; readonly detail: string };
  readonly spending?: Spending;
  readonly tail?: string;
  readonly outputs?: readonly string[];
  readonly undone?: readonly { readonly path: string; readonly why: string }[];
  /** What was asked of judges. */
  readonly questions?: readonly AskedQuestion[];
};
type Judged = {
  readonly criteria: readonly AssertionResult[];
  readonly stop: readonly AssertionResult[];
};

/** As much as the pass has come to. @returns the hash of its prompt as it is kept. */
export function keepRunRecord(state: string, stage: Composed | Worked | Graded): string {
  const { runId, project, prompt, brief } = stage;
  const kept = withoutSecretsIn({
    version: 1,
    runId,
    ...defined({ project }),
    prompt,
    before: { criteria: brief.criteria, stop: brief.stopCondition },
    ...('outcome' in stage ? endOf(stage) : {}),
    ...('quality' in stage ? judgementOf(stage) : {}),
  } satisfies Omit<RunRecord, 'promptSha256'>);
  const promptSha256 = sha256(kept.prompt);
  makeDirectory(join(state, FOLDER), 0o700);
  writeJsonDurably(pathOf(state, runId), { ...kept, promptSha256 });
  return promptSha256;
}

/** Of a manager pass, which works on nothing itself. */
export function keepQuestions(
  state: string,
  runId: string,
  questions: readonly AskedQuestion[],
): void {
  const nothing = { criteria: [], stop: [] };
  const kept = {
    version: 1 as const,
    runId,
    prompt: '',
    promptSha256: sha256(''),
    before: nothing,
  };
  makeDirectory(join(state, FOLDER), 0o700);
  writeJsonDurably(pathOf(state, runId), { ...kept, questions } satisfies RunRecord);
}

function endOf({ outcome, calls }: Worked): Partial<RunRecord> {
  const { kind, failure, detail, tail, spending } = outcome;
  return {
    ended: { kind, detail, ...defined({ failure }) },
    tail,
    ...defined({ spending, calls: calls?.slice(0, MOST_CALLS), callCount: calls?.length }),
  };
}

function judgementOf(stage: Graded): Partial<RunRecord> {
  const { criteria, stop, quality, reasons, outputs, undone, questions } = stage;
  return {
    after: { criteria, stop },
    quality,
    reasons,
    outputs,
    undone: undone.map(({ path, why }) => ({ path, why })),
    ...(questions.length === 0 ? {} : { questions }),
  };
}

export function runRecord(state: string, runId: string): RunRecord | undefined {
  return readJson<RunRecord>(pathOf(state, runId));
}

/** Those that are older than the owner's number of days, by their run ids. */
export function removeOldRunRecords(state: string, now: Date, days: number): void {
  const folder = join(state, FOLDER);
  for (const name of namesIn(folder)) {
    // A run of an early day may have ended late the day after.
    const age = now.getTime() - dayOfRun(name) - DAY_MS;
    if (age > days * DAY_MS) rmSync(join(folder, name), { force: true });
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw storageError(error, folder, 'list');
  }
}

function pathOf(state: string, runId: string): string {
  return join(state, FOLDER, `${runId}${SUFFIX}`);
}
