/**
 * What the meter saw of a pass: calls that repeat an earlier one, answers that were given before,
 * and a context that only grows. The breaker of the pass reads it. One file for each grant.
 */
import { join } from 'node:path';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from '../../kernel/files.js';
import type { ReachedLimit } from '../../agents/reached-limit.js';
import type { SeenCalls } from '../../agents/seen-calls.js';
import { readJson } from '../../workspace/state-home.js';

export type Progress = SeenCalls & {
  readonly lastInput: number;
  /** Whether the agent was told that most of a limit is used. */
  readonly isTold: boolean;
  /** Why the last call was refused, if it was. */
  readonly refused?: ReachedLimit;
};
type Kept = Progress & { readonly prompts: readonly string[]; readonly answers: readonly string[] };

/** What is known of a call when its answer is complete. */
export type SeenCall = {
  readonly prompt: string;
  readonly answer: string;
  readonly inputTokens: number;
};

const SUFFIX = '.json';
/** A repetition after so many other calls is not noticed. */
const REMEMBERED = 100;
const NOTHING: Kept = {
  calls: 0,
  repeatedPrompts: 0,
  repeatedAnswers: 0,
  growing: 0,
  lastInput: 0,
  isTold: false,
  prompts: [],
  answers: [],
};

/** @param account as the ledger calls the pass. */
export function progressOf(state: string, account: string): Progress {
  const { prompts: _prompts, answers: _answers, ...progress } = kept(state, account);
  return progress;
}

export function noteCall(state: string, account: string, seen: SeenCall): void {
  keep(state, account, after(kept(state, account), seen));
}

export function noteRefused(state: string, account: string, refused: ReachedLimit): void {
  keep(state, account, { ...kept(state, account), refused });
}

export function noteTold(state: string, account: string): void {
  keep(state, account, { ...kept(state, account), isTold: true });
}

/** Of passes that have ended. @param isOpen whether the account still has a grant. */
export function dropProgress(state: string, isOpen: (account: string) => boolean): void {
  const folder = folderOf(state);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (!isOpen(name.slice(0, name.indexOf(SUFFIX)))) rmSync(join(folder, name), { force: true });
}

function after(
  { refused: _refused, ...before }: Kept,
  { prompt, answer, inputTokens }: SeenCall,
): Kept {
  return {
    ...before,
    calls: before.calls + 1,
    repeatedPrompts: before.prompts.includes(prompt) ? before.repeatedPrompts + 1 : 0,
    repeatedAnswers: before.answers.includes(answer) ? before.repeatedAnswers + 1 : 0,
    growing: inputTokens > before.lastInput ? before.growing + 1 : 0,
    lastInput: inputTokens,
    prompts: [...before.prompts, prompt].slice(-REMEMBERED),
    answers: [...before.answers, answer].slice(-REMEMBERED),
  };
}

function kept(state: string, account: string): Kept {
  return readJson<Kept>(pathOf(state, account)) ?? NOTHING;
}

/** Whole after a crash; what a power cut takes is only advice. */
function keep(state: string, account: string, progress: Kept): void {
  const path = pathOf(state, account);
  mkdirSync(folderOf(state), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, JSON.stringify(progress), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function pathOf(state: string, account: string): string {
  return join(folderOf(state), `${account}${SUFFIX}`);
}

function folderOf(state: string): string {
  return join(state, 'meter', 'progress');
}
