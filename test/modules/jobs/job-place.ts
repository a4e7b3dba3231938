/** An owned workspace with jobs, and runs of them by the real command line. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type Options } from 'execa';
import {
  makeWorkspace,
  type MadeWorkspace,
  type MakeOptions,
} from '../../support/make-workspace.js';
import { callProgram } from '../../support/standing-process.js';

const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));
const NOCTURNE = join(REPOSITORY, 'bin/nocturne.cjs');
export const JOBS = 'orchestration-os/JOBS.md';

/** A section of JOBS.md. */
export type JobText = {
  readonly name: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly lists?: Readonly<Record<string, string>>;
};

export function jobText({ name, fields = {}, lists = {} }: JobText): string {
  const lines = Object.entries({ Host: 'cron', ...fields }).map(
    ([field, value]) => `- **${field}:** ${value}\n`,
  );
  const fences = Object.entries(lists).map(
    ([field, value]) => `\n\`\`\`yaml ${field}\n${value}\n\`\`\`\n`,
  );
  return `\n## ${name} a test\n\n${lines.join('')}${fences.join('')}`;
}

export function jobsPage(jobs: readonly JobText[]): string {
  const shipped = readFileSync(join(REPOSITORY, JOBS), 'utf8');
  return `${shipped.trimEnd()}\n${jobs.map(jobText).join('')}`;
}

export type JobPlace = MadeWorkspace & {
  /** An empty folder outside of the workspace. */
  readonly work: string;
};

/** `at`: when the owner signed the page. */
export function jobPlace(
  directory: string,
  jobs: readonly JobText[],
  options: Pick<MakeOptions, 'at' | 'files'> = {},
): JobPlace {
  const work = join(directory, 'work');
  mkdirSync(work, { recursive: true });
  const files = { ...options.files, [JOBS]: jobsPage(jobs) };
  const made = makeWorkspace(directory, { ...options, files });
  return { ...made, work };
}

export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** As a cron daemon starts it: a small environment, no terminal, no input. */
export function cronEnvironment(place: Pick<JobPlace, 'home'>): Record<string, string> {
  return { PATH: '/usr/bin:/bin', HOME: place.home, SHELL: '/bin/sh', NOCTURNE_HOME: place.home };
}

type Call = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
};

const inWorkspace = ({ root }: Pick<JobPlace, 'root'>, words: readonly string[]) => [
  ...words.slice(0, 2),
  '--workspace',
  root,
  ...words.slice(2),
];

/** As `nocturne`, one after the other, and only the first of each command starts a process. */
export async function askNocturne(
  place: Pick<JobPlace, 'root' | 'home'>,
  words: readonly string[],
  { cwd = '/', env }: Call = {},
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const asked = {
    words: inWorkspace(place, words),
    env: { ...cronEnvironment(place), ...env },
    cwd,
  };
  const { exit, stdout, stderr } = await callProgram(asked);
  return { exitCode: exit, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
}

export function nocturne(
  place: Pick<JobPlace, 'root' | 'home'>,
  words: readonly string[],
  options: Call = {},
) {
  const named = inWorkspace(place, words);
  return execa(process.execPath, [NOCTURNE, ...named], {
    cwd: options.cwd ?? '/',
    env: { ...cronEnvironment(place), ...options.env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  } satisfies Options);
}

export type RunAnswer = {
  readonly exit: number | undefined;
  readonly verdict: string;
  readonly reasons: readonly { readonly kind: string; readonly message: string }[];
  readonly run: string;
};

/** `job run NAME -- sh -c SCRIPT`, in a folder, in a process of its own. */
export const runJob = jobRunBy(nocturne);

/** As `runJob`, in the process that stays. */
export const askForJob = jobRunBy(askNocturne);

type Outcome = {
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
};

type RunPlace = Pick<JobPlace, 'root' | 'home' | 'work'>;

function jobRunBy(
  call: (place: RunPlace, words: readonly string[], options: Call) => PromiseLike<Outcome>,
) {
  return async (
    place: RunPlace,
    name: string,
    script: string,
    cwd = place.work,
  ): Promise<RunAnswer & { readonly stderr: string }> => {
    const words = ['job', 'run', name, '--json', '--', 'sh', '-c', script];
    const { exitCode, stdout, stderr } = await call(place, words, { cwd });
    const answer = JSON.parse(stdout) as Omit<RunAnswer, 'exit'>;
    return { ...answer, exit: exitCode, stderr };
  };
}
