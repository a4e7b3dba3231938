/** The verdict on a run of a job: a function of what was seen before it, after it, and its end. */
import { globMatches } from '../../kernel/glob.js';
import { plural } from '../../kernel/words.js';
import type { AssertionResult } from '../../governance/types.js';
import { isMet } from '../../governance/conditions/evaluate.js';
import { canProve, type Job } from './job.js';
import type { Look, SeenFile } from './look-at-files.js';

/**
 * `proved`: it ended well and every test is met. `unproved`: it says that it ended well, and a test
 * is not met. `failed`: it says itself that it failed. `blocked`: it was not started, because
 * something that it requires is not there. `overlapped`: it was not started, because
 * another run of the job was not over. `unknown`: nobody saw it end.
 */
export const VERDICTS = [
  'proved',
  'unproved',
  'failed',
  'blocked',
  'overlapped',
  'unknown',
] as const;
export type VerdictKind = (typeof VERDICTS)[number];

/** How a run ended, as its host says. `succeeded`, `failed`: by a host without exit codes. */
export type RunEnd =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'timed-out'; readonly afterMs: number }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'not-started'; readonly why: string }
  /** By us, because of `requires` or another run. */
  | { readonly kind: 'held-back' };

export type RunFacts = {
  readonly job: Job;
  /** Why what JOBS.md says is not to be relied on. */
  readonly distrust?: string;
  /** The run of the same job that was not over when this one began. */
  readonly overlaps?: string;
  readonly requires: readonly AssertionResult[];
  readonly proves: readonly AssertionResult[];
  readonly before: Look;
  readonly after: Look;
  /** What its output contains and must not. */
  readonly forbidden: readonly string[];
  readonly end: RunEnd;
};

export type ReasonKind =
  | 'end'
  | 'page'
  | 'overlap'
  | 'requires'
  | 'proves'
  | 'fresh'
  | 'output'
  | 'check'
  | 'no-proof'
  | 'lost';
export type Reason = { readonly kind: ReasonKind; readonly message: string };
export type Verdict = {
  readonly verdict: VerdictKind;
  readonly reasons: readonly Reason[];
  /** What the run wrote, by path. */
  readonly fresh: Readonly<Record<string, SeenFile>>;
};

export function judgeRun(facts: RunFacts): Verdict {
  const { job, end, before, after } = facts;
  const fresh = freshFiles(job, before, after);
  const ended = endReason(end);
  const reasons = [...(ended === undefined ? [] : [ended]), ...beforehand(facts)];
  if (end.kind === 'held-back')
    return {
      verdict: facts.overlaps === undefined ? 'blocked' : 'overlapped',
      reasons,
      fresh: {},
    };
  reasons.push(...afterwards(facts, fresh));
  if (ended !== undefined) return { verdict: 'failed', reasons, fresh };
  return { verdict: reasons.length === 0 ? 'proved' : 'unproved', reasons, fresh };
}

export function requiresHold(results: readonly AssertionResult[]): boolean {
  return results.every(isMet);
}

function beforehand({ distrust, overlaps, requires, job }: RunFacts): readonly Reason[] {
  return [
    ...(distrust === undefined ? [] : [reason('page', distrust)]),
    ...(overlaps === undefined ? [] : [reason('overlap', overlapText(overlaps, job))]),
    ...unmet('requires', requires),
  ];
}

function overlapText(run: string, job: Job): string {
  return `${run} of ${job.name} was not over yet, so nobody can tell which of the two wrote a file`;
}

function afterwards(facts: RunFacts, fresh: Verdict['fresh']): readonly Reason[] {
  const { job, proves, before, after, forbidden, distrust } = facts;
  // An unsigned page says nothing about what has to hold.
  if (distrust !== undefined) return [];
  const changed = Object.keys(before.checks).filter(
    (path) => before.checks[path] !== after.checks[path],
  );
  return [
    ...(canProve(job)
      ? []
      : [reason('no-proof', 'the job says neither what it proves nor what is fresh')]),
    ...unmet('proves', proves),
    ...job.fresh.flatMap((glob) => staleness(glob, { fresh, after, job })),
    ...forbidden.map((message) => reason('output', message)),
    ...changed.map((path) =>
      reason('check', `${path} decides about the run, and it changed during the run`),
    ),
  ];
}

function unmet(kind: 'requires' | 'proves', results: readonly AssertionResult[]): Reason[] {
  return results
    .filter((result) => !isMet(result))
    .map(({ assertion, found, error }) => reason(kind, `${assertion}: ${error ?? found}`));
}

/** New, or with other bytes; with `unchanged: ok` also written again or touched. */
function freshFiles(job: Job, before: Look, after: Look): Verdict['fresh'] {
  const isFresh = (path: string, now: SeenFile): boolean => {
    const then = before.files[path];
    if (then === undefined || then.sha256 !== now.sha256) return true;
    return job.unchangedOk && then.changed !== now.changed;
  };
  const isAsked = (path: string): boolean => job.fresh.some((glob) => globMatches(glob, path));
  return Object.fromEntries(
    Object.entries(after.files).filter(([path, now]) => isAsked(path) && isFresh(path, now)),
  );
}

function staleness(
  glob: string,
  { fresh, after, job }: { fresh: Verdict['fresh']; after: Look; job: Job },
): readonly Reason[] {
  const matching = (files: Look['files']): readonly (readonly [string, SeenFile])[] =>
    Object.entries(files).filter(([path]) => globMatches(glob, path));
  const written = matching(fresh);
  const largest = written.reduce((most, [, { size }]) => Math.max(most, size), -1);
  if (largest >= job.minBytes) return [];
  if (largest === 0) return [reason('fresh', `${glob}: what the run wrote is empty`)];
  if (written.length > 0)
    return [reason('fresh', `${glob}: what the run wrote has ${largest} of ${job.minBytes} bytes`)];
  const there = matching(after.files);
  if (there.length === 0) return [reason('fresh', `${glob}: there is no such file`)];
  const how = job.unchangedOk ? 'the run did not write it' : 'it is as it was before the run';
  return [reason('fresh', `${glob}: ${plural(there.length, 'file')}, and ${how}`)];
}

function endReason(end: RunEnd): Reason | undefined {
  switch (end.kind) {
    case 'exited':
      return end.code === 0 ? undefined : reason('end', `it exited with code ${end.code}`);
    case 'signalled':
      return reason('end', `it was ended by ${end.signal}`);
    case 'timed-out':
      return reason('end', `it did not end within ${end.afterMs / 1000} s and was stopped`);
    case 'failed':
    case 'not-started':
      return reason('end', end.why);
    case 'succeeded':
    case 'held-back':
      return undefined;
  }
}

function reason(kind: ReasonKind, message: string): Reason {
  return { kind, message };
}
