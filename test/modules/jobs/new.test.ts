/** `job new` on a machine with ten jobs: found, watched for three runs, declared, and then proved. */
import t from 'tap';
import { askForJob, askNocturne, jobPlace } from './job-place.js';
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
      const { stdout, stderr, exitCode } = await askNocturne(place, [...words, '--json'], {
        env: machine.env,
      });
      t.ok(stdout.startsWith('{'), `${words.join(' ')}: ${stderr}`);
      return { ...(JSON.parse(stdout) as T), exit: exitCode };
    };
    const listed = await ask<Listed>(['job', 'new']);
    const own = listed.jobs.filter(({ command }) => command.includes(t.testdirName));
    t.equal(own.length, 10, 'all are found');
    t.match(listed.remarks.join('\n'), /openclaw is not on the path/);

    const commandOf = (name: string): { id: string; command: string } =>
      own.find(({ command }) => command.includes(`${name}.sh`)) ?? { id: '', command: '' };
    const newJob = (name: string, ...more: readonly string[]): Promise<Proposed> =>
      ask([
        'job',
        'new',
        '--job',
        commandOf(name).id,
        '--base',
        machine.work(name),
        '--run',
        ...more,
      ]);

    t.match(
      await newJob('report'),
      { state: 'proposed', exit: 5 },
      'nothing is written without a yes',
    );
    t.equal(place.workspace.snapshot().record('JOB', 'report'), undefined);
    for (const { name, proposed } of JOBS_OF_MACHINE) {
      const made = await newJob(name, '--yes');
      t.match(made, { job: name, state: 'written', exit: 0 }, name);
      const labels = made.proposals.map(
        ({ field, value }) =>
          `${field.replace('_', ' ')}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
      for (const wanted of proposed)
        t.ok(
          labels.some((label) => wanted.test(label)),
          `${name}: ${wanted} in\n${labels.join('\n')}`,
        );
      t.notOk(
        made.proposals.some(({ evidence }) => evidence === ''),
        'each with its evidence',
      );
    }
    t.match(await ask(['validate']), { exit: 0 }, 'the page is signed');
    const again = await ask<{ jobs: readonly { declared: string }[] }>(['job', 'new']);
    t.equal(
      again.jobs.filter(({ declared }) => declared !== '').length,
      10,
      'none is offered again',
    );

    const check = async (name: string): Promise<void> => {
      const { command } = commandOf(name);
      const work = `export OUT=${machine.work(name)} && ${command} </dev/null`;
      const honest = await askForJob(place, name, work, machine.work(name));
      t.match(honest, { verdict: 'proved', exit: 0 }, `${name} works`);
      const idle = await askForJob(place, name, 'true', machine.work(name));
      t.match(idle, { verdict: 'unproved', exit: 1 }, `${name} does nothing`);
    };
    for (const { name } of JOBS_OF_MACHINE) await check(name);
  },
);
