/** What the next runs of a job could have to prove, from what three runs wrote. Pure. */
import { plural } from '../../../kernel/words.js';
import { proposeContents } from './propose-contents.js';
import { proposeTimes, type TimesOf } from './propose-times.js';
import { escaped, namePattern } from './name-pattern.js';
import { type WatchedJob, type WatchedRun, type WrittenFile, RUNS } from './watched-job.js';
import { COMPLAINT } from './written-files.js';

/** A field of the job, or an item of one of its lists. */
export type Proposal = {
  readonly field:
    | 'fresh'
    | 'proves'
    | 'forbids'
    | 'unchanged'
    | 'start_by'
    | 'done_by'
    | 'time_zone'
    | 'grace';
  readonly value: unknown;
  /** What was seen, in one sentence. */
  readonly evidence: string;
  /** A weak one is shown, and left out unless the owner wants it. */
  readonly weak?: true;
};

/** Files of all runs with one name or one pattern of names. */
export type Output = {
  readonly glob: string;
  /** Whether it has one name: otherwise earlier files match, too. */
  readonly isOneName: boolean;
  /** One list for each run. */
  readonly files: readonly (readonly WrittenFile[])[];
};

/** Logs grow whether or not the work was done. */
const LOG = /(?:^|\/)logs?\/|\.(?:log|out|err|pid|lock|tmp)(?:$|\.)/i;

/** `undefined`: three runs that ended well have not been seen yet. */
export function propose(job: WatchedJob, times: TimesOf): readonly Proposal[] | undefined {
  const runs = job.runs.filter(({ exit }) => exit === 0).slice(-RUNS);
  if (runs.length < RUNS) return undefined;
  const outputs = outputsOf(runs);
  const [logs, work] = [outputs.filter(isLog), outputs.filter((output) => !isLog(output))];
  return [
    ...work.map((output) => fresh(output)),
    ...logs.map((output): Proposal => ({ ...fresh(output), weak: true })),
    ...unchanged(work),
    ...work.flatMap(proposeContents),
    ...forbids(runs),
    ...proposeTimes(runs, job.found, times),
  ];
}

function isLog({ glob }: Output): boolean {
  return LOG.test(glob);
}

/** What every run wrote: by name, and what is left by its pattern. */
export function outputsOf(runs: readonly WatchedRun[]): readonly Output[] {
  const byName = grouped(runs, escaped);
  const isNamed = (file: WrittenFile): boolean => byName.has(escaped(file.path));
  const rest = runs.map((run) => ({ files: run.files.filter((file) => !isNamed(file)) }));
  const byPattern = grouped(rest, namePattern);
  return [
    ...[...byName].map(([glob, files]) => ({ glob, files, isOneName: true })),
    ...[...byPattern].map(([glob, files]) => ({ glob, files, isOneName: false })),
  ];
}

function grouped(
  runs: readonly Pick<WatchedRun, 'files'>[],
  key: (path: string) => string,
): ReadonlyMap<string, readonly (readonly WrittenFile[])[]> {
  const globs = new Set(runs.flatMap(({ files }) => files.map(({ path }) => key(path))));
  const groups = [...globs].map((glob) => {
    const files = runs.map((run) => run.files.filter(({ path }) => key(path) === glob));
    return [glob, files] as const;
  });
  return new Map(groups.filter(([, files]) => files.every((list) => list.length > 0)));
}

function fresh({ glob, files }: Output): Proposal {
  const how = files.flat().map((file) => file.how);
  const count = (what: WrittenFile['how'], words: string): readonly string[] => {
    const found = how.filter((each) => each === what).length;
    return found === 0 ? [] : [`${found} ${words}`];
  };
  const seen = [
    ...count('new', 'new'),
    ...count('changed', 'with other bytes'),
    ...count('rewritten', 'written again with the same bytes'),
  ];
  const isEmpty = files.flat().every(({ bytes }) => bytes === 0);
  const proposal: Proposal = {
    field: 'fresh',
    value: glob,
    evidence: `each of ${plural(files.length, 'run')} wrote it: ${seen.join(', ')}`,
  };
  return isEmpty
    ? { ...proposal, evidence: `${proposal.evidence}, always empty`, weak: true }
    : proposal;
}

/** Where a run wrote the same bytes again, a run that did its work could look stale. */
function unchanged(outputs: readonly Output[]): readonly Proposal[] {
  const same = outputs.filter(({ files }) =>
    files.some((list) => list.every(({ how }) => how === 'rewritten')),
  );
  return same.length === 0
    ? []
    : [
        {
          field: 'unchanged',
          value: 'ok',
          evidence: `a run wrote the same bytes again to ${same.map(({ glob }) => glob).join(', ')}`,
        },
      ];
}

function forbids(runs: readonly WatchedRun[]): readonly Proposal[] {
  return runs.some(({ complains }) => complains)
    ? []
    : [
        {
          field: 'forbids',
          value: COMPLAINT,
          evidence: `no line that ${plural(runs.length, 'run')} printed begins like an error`,
        },
      ];
}
