/** What `job new` shows: the jobs of this machine, and what a job could have to prove. */
import type { FoundJob, FoundPlace } from '../../../hosts/found-job.js';
import type { Job } from '../job.js';
import type { Proposal } from './propose.js';
import { RUNS, type WatchedJob } from './watched-job.js';

const LONGEST = 90;

export type Numbered = {
  readonly number: number;
  readonly found: FoundJob;
  readonly declared: string;
};

/** `declared`: the job of JOBS.md that it is, or empty. */
export function numbered(places: readonly FoundPlace[], jobs: readonly Job[]): readonly Numbered[] {
  return places
    .flatMap((place) => place.jobs)
    .map((found, i) => ({ number: i + 1, found, declared: declaredAs(found, jobs) }));
}

function declaredAs({ host, id, command }: FoundJob, jobs: readonly Job[]): string {
  const [, wrapped = ''] = /\bjob run ([a-z0-9][a-z0-9-]*)/.exec(command) ?? [];
  const known = jobs.find(
    (job) => job.name === wrapped || (job.host === host && job.hostId === id),
  );
  return known?.name ?? '';
}

export function listText(jobs: readonly Numbered[], places: readonly FoundPlace[]): string {
  const lines = jobs.flatMap(({ number, found, declared }) => [
    `${String(number).padStart(3)}  ${found.schedule}  ${shortened(found.command)}`,
    `     ${found.place}${declared === '' ? '' : `; it is the job ${declared}`}`,
  ]);
  const remarks = places.flatMap((place) => place.remarks).map((remark) => `  ${remark}`);
  return [
    ...(lines.length === 0 ? ['No job was found on this machine.'] : lines),
    ...(remarks.length === 0 ? [] : ['', 'Not read:', ...remarks]),
    '',
    'To watch one of them: nocturne job new --job NUMBER',
  ].join('\n');
}

export function watchingText(
  { name, base, runs }: WatchedJob,
  { line, problem }: { readonly line: string | undefined; readonly problem: string | undefined },
): string {
  const failed = runs.filter(({ exit }) => exit !== 0).length;
  const seen = runs.length - failed;
  return [
    `${name}: ${seen} of ${RUNS} runs have been seen in ${base}${failed === 0 ? '' : `, and ${failed} that failed`}.`,
    ...(line === undefined
      ? []
      : [
          'Put this line in place of the one that starts it now:',
          '',
          `  ${line.replaceAll('\n', '\n  ')}`,
          '',
        ]),
    problem === undefined
      ? `Or run it now: nocturne job new --name ${name} --run`
      : `It cannot be run from here: ${problem}.`,
    `After ${RUNS} runs: nocturne job new --name ${name}`,
  ].join('\n');
}

export function proposalsText(
  proposals: readonly Proposal[],
  accepted: ReadonlySet<Proposal>,
): string {
  return proposals
    .flatMap((proposal, i) => [
      `${String(i + 1).padStart(3)} ${accepted.has(proposal) ? '[x]' : '[ ]'} ${proposalLabel(proposal)}`,
      `        ${proposal.evidence}`,
    ])
    .join('\n');
}

export function proposalLabel({ field, value }: Proposal): string {
  return `${field.replace('_', ' ')}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 3)}...` : line;
}
