/** `job new` on a machine with ten jobs: found, watched for three runs, declared, and then proved. */
import t from 'tap';
import { signManifest } from '../../../src/integrity/sign.js';
import { jobPlace, JOBS, nocturne } from './job-place.js';
import { JOBS_OF_MACHINE, machineWithJobs } from './machine-jobs.js';

t.setTimeout(540_000);

type Listed = {
  readonly jobs: readonly {
    readonly number: number;
    readonly id: string;
    readonly command: string;
  }[];
  readonly remarks: readonly string[];
};
type Proposed = {
  readonly job: string;
  readonly state: string;
  readonly line: string | null;
  readonly proposals: readonly {
    readonly field: string;
    readonly value: unknown;
    readonly evidence: string;
    readonly accepted: boolean;
  }[];
};

t.test(
  'ten jobs are declared after three runs each, proved when they work, and not when they do nothing',
  async (t) => {
    const place = jobPlace(t.testdir(), []);
    const machine = machineWithJobs(t.testdirName);
    const ask = async <T>(words: readonly string[]): Promise<T & { exit?: number | undefined }> => {
      const { stdout, stderr, exitCode } = await nocturne(place, [...words, '--json'], {
        env: machine.env,
      });
      t.ok(stdout.startsWith('{'), `${words.join(' ')}: ${stderr}`);
      return { ...(JSON.parse(stdout) as T), exit: exitCode };
    };
    const listed = await ask<Listed>(['job', 'new']);
    const own = listed.jobs.filter(({ command }) => command.includes(t.testdirName));
    t.equal(own.length, 10, 'all are found');
    t.match(listed.remarks.join('\n'), /openclaw is not on the path/);

    for (const { name, proposed } of JOBS_OF_MACHINE) {
      const [found] = own.filter(({ command }) => command.includes(`${name}.sh`));
      const words = ['job', 'new', '--job', found?.id ?? '', '--base', machine.work(name), '--run'];
      const seen = await ask<Proposed>(words);
      t.match(seen, { job: name, state: 'proposed', exit: 5 }, `${name} waits for a yes`);
      const labels = (seen.proposals ?? []).map(
        ({ field, value }) =>
          `${field.replace('_', ' ')}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
      for (const wanted of proposed)
        t.ok(
          labels.some((label) => wanted.test(label)),
          `${name}: ${wanted} in\n${labels.join('\n')}`,
        );
      t.notOk(
        seen.proposals.some(({ evidence }) => evidence === ''),
        'each with its evidence',
      );
      const written = await ask<Proposed>(['job', 'new', '--name', name, '--yes']);
      t.match(written, { state: 'written', exit: 0 }, name);
    }
    t.match(await ask(['validate']), { ok: false }, 'the page waits for the signature');
    const { workspace, key } = place;
    signManifest(workspace, { files: [JOBS], key, signedBy: 'owner', now: workspace.clock.now() });
    t.match(await ask(['validate']), { exit: 0 });

    const again = await ask<{ jobs: readonly { declared: string }[] }>(['job', 'new']);
    t.equal(
      again.jobs.filter(({ declared }) => declared !== '').length,
      10,
      'and none is offered again',
    );

    for (const { name } of JOBS_OF_MACHINE) {
      const [found] = own.filter(({ command }) => command.includes(`${name}.sh`));
      const shell = ['--', '/bin/sh', '-c'];
      const work = `cd ${machine.work(name)} && export OUT=${machine.work(name)} && ${found?.command} </dev/null`;
      t.match(
        await ask(['job', 'run', name, ...shell, work]),
        { verdict: 'proved' },
        `${name} works`,
      );
      t.match(
        await ask(['job', 'run', name, ...shell, 'true']),
        { verdict: 'unproved', exit: 1 },
        `${name} does nothing`,
      );
    }
  },
);
