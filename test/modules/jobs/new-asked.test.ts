/** `job new` with an owner who answers, and the watched line that the owner puts into a crontab. */
import { execa } from 'execa';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { verifyGate } from '../../../src/integrity/gate.js';
import { jobNew } from '../../../src/modules/jobs/commands/new.js';
import type { ModuleCommandContext } from '../../../src/modules/types.js';
import { OWNER } from '../../../src/surfaces/cli/ask.js';
import { makeContext } from '../../../src/surfaces/cli/context.js';
import { paint } from '../../../src/surfaces/cli/paint.js';
import { passEnvironment } from '../../../src/surfaces/cli/pass-environment.js';
import { signPage } from '../../../src/surfaces/cli/sign-page.js';
import {
  askForJob,
  askNocturne,
  cronEnvironment,
  type JobPlace,
  jobPlace,
  JOBS,
} from './job-place.js';
import { program } from './machine-jobs.js';

t.setTimeout(300_000);

type Answers = {
  /** Labels of what the owner marks; `all`: what is marked already stays so. */
  readonly marks: (labels: readonly string[], marked: readonly string[]) => readonly string[];
  readonly yes: (question: string) => boolean;
};

/** One line in a crontab: a report that is another one each time. */
function machine(directory: string): { readonly PATH: string; readonly HOME: string } {
  program(
    join(directory, 'report.sh'),
    '#!/bin/sh\ndate +%s%N > "$1/stamp.txt"\nfor i in 1 2 3 4 5 6; do echo "line $i $$"; done > "$1/report.txt"\n',
  );
  const line = `15 2 * * * ${directory}/report.sh ${directory}/work`;
  program(join(directory, 'bin/crontab'), `#!/bin/sh\necho '${line}'\n`);
  return { PATH: `${directory}/bin:/usr/bin:/bin`, HOME: directory };
}

async function asked(place: JobPlace, directory: string, { marks, yes }: Answers) {
  const { root, home } = place;
  const context = await makeContext({
    workspace: root,
    home,
    json: false,
    quiet: true,
    color: false,
  });
  const questions: string[] = [];
  const added: ModuleCommandContext = {
    ...context,
    env: machine(directory),
    modules: async () => [],
    passes: () => passEnvironment(context),
    paint: paint(context),
    requireOwner: () => undefined,
    acting: () => ({ actor: { kind: 'owner', name: 'owner' }, runId: '', authorisation: 'owner' }),
    signPage: (path, page) => signPage(context, path, page),
    ask: {
      ...OWNER,
      async confirm(question) {
        questions.push(question);
        return yes(question);
      },
      async pick(question, options, marked = []) {
        questions.push(question);
        const labels = marks(
          options.map(({ label }) => label),
          options.filter(({ value }) => marked.includes(value)).map(({ label }) => label),
        );
        return options.filter(({ label }) => labels.includes(label)).map(({ value }) => value);
      },
    },
  };
  const result = await jobNew.run(added, { args: [], options: {} });
  context.close();
  return { questions, text: result.text };
}

const isOurs = (label: string): boolean => label.includes('report.sh');

t.test(
  'the owner picks a job, lets it run, leaves out a proposal, and has the page signed',
  async (t) => {
    const place = jobPlace(t.testdir(), []);
    const { questions, text } = await asked(place, t.testdirName, {
      marks: (labels, marked) =>
        marked.length === 0
          ? labels.filter(isOurs)
          : marked.filter((label) => label !== 'fresh: stamp.txt'),
      yes: () => true,
    });
    t.match(questions, [
      /^Which of these jobs/,
      /^Run report now, 3 times, and look at .*work before and after\? .*report\.sh/,
      /^What should report have to prove\?/,
      /^Write report to orchestration-os\/JOBS\.md and sign the page\?/,
    ]);
    t.match(text, /Wrote report to orchestration-os\/JOBS\.md and signed the page\./);
    t.match(text, /15 2 \* \* \* .* job run report --workspace .* -- .*report\.sh/);
    const snapshot = place.workspace.snapshot();
    t.match(snapshot.record('JOB', 'report')?.fields.get('fresh')?.value, /report\.txt/);
    t.notMatch(snapshot.record('JOB', 'report')?.fields.get('fresh')?.value, /stamp\.txt/);
    t.ok(verifyGate(place.root, place.home).ok, 'the page is as the owner signed it');
    t.match(await askForJob(place, 'report', `${t.testdirName}/report.sh .`), {
      verdict: 'proved',
    });
  },
);

t.test('without a yes nothing is started, and nothing is written', async (t) => {
  const place = jobPlace(t.testdir(), []);
  const before = place.workspace.snapshot().hash(JOBS);
  const { questions, text } = await asked(place, t.testdirName, {
    marks: (labels) => labels.filter(isOurs),
    yes: () => false,
  });
  t.equal(questions.length, 2);
  t.match(text, /report: 0 of 3 runs have been seen/);
  t.match(text, /15 2 \* \* \* .* job run report --workspace .* --watch -- .*report\.sh/);
  t.equal(place.workspace.snapshot().hash(JOBS), before);

  const [, words = ''] = /15 2 \* \* \* (.*)/.exec(text) ?? [];
  const env = { ...cronEnvironment(place), HOME: t.testdirName };
  for (const seen of [1, 2, 3]) {
    const { exitCode, stderr } = await execa('/bin/sh', ['-c', words], {
      env,
      extendEnv: false,
      reject: false,
    });
    t.equal(exitCode, 0, 'the watched line exits as the command does');
    t.match(stderr, new RegExp(`report: ${seen} runs? watched in .*/work`));
  }
  const made = await askNocturne(place, ['job', 'new', '--name', 'report', '--yes']);
  t.match(made.stdout, /\[x\] fresh: report\.txt/);
  t.ok(place.workspace.snapshot().record('JOB', 'report'), 'it is declared');
  const proved = await execa('/bin/sh', ['-c', words], { env, extendEnv: false, reject: false });
  t.match(proved.stderr, /report is proved/, 'and the same line proves it from now on');
});

t.test('a name that could be another path is refused before the command starts', async (t) => {
  const place = jobPlace(t.testdir(), []);
  const words = ['job', 'run', '../../x', '--watch', '--', 'touch', join(t.testdirName, 'ran')];
  const { exitCode, stderr } = await askNocturne(place, words);
  t.equal(exitCode, 2);
  t.match(stderr, /"\.\.\/\.\.\/x" cannot be the name of a job/);
  t.notOk(existsSync(join(t.testdirName, 'ran')));
});

t.test('the page is not changed while another protected page waits for a signature', async (t) => {
  const place = jobPlace(t.testdir(), []);
  const soul = join(place.root, 'SOUL.md');
  writeFileSync(soul, `${readFileSync(soul, 'utf8')}\nMore.\n`);
  const before = place.workspace.snapshot().hash(JOBS);
  const all = {
    marks: (labels: readonly string[]) =>
      labels.filter((label) => isOurs(label) || label.startsWith('fresh')),
    yes: () => true,
  };
  await t.rejects(asked(place, t.testdirName, all), {
    code: 'REFUSED',
    message: /SOUL\.md changed/,
  });
  t.equal(place.workspace.snapshot().hash(JOBS), before);
});
