/** A plan whose steps change a git repository of the owner's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../../../src/project/field-text.js';
import { ownersRepository, run } from '../../../passes/repository/owners-repository.js';
import { nocturne, placeWithPlan, planOf, planPage, statesOf } from '../run/plan-place.js';

t.setTimeout(240_000);

const page = readFileSync(
  new URL('../../../../../orchestration-os/REPOSITORIES.md', import.meta.url),
  'utf8',
);

const STEPS = `
- id: grow
  run: command
  command: [sh, -c, "echo more >> repo/README.md"]
  writes: repo/README.md
- id: look
  run: human
  needs: grow
  question: Is it good?
`;

t.test('what a step changed in a repository is proved once', async (t) => {
  const directory = t.testdir();
  const { path } = ownersRepository(directory);
  const place = placeWithPlan(join(directory, 'place'), planPage(STEPS), {
    files: {
      'orchestration-os/REPOSITORIES.md': `${page}\n## pages\n\n- **Path:** ${path}\n`,
    },
  });
  for (const passes of ['3', '1'])
    await nocturne(place, 'plan', 'run', 'pages', '--passes', passes);
  t.same(statesOf(place), { grow: 'proved', look: 'asked' });
  t.match(planOf(place).steps.get('grow'), { tries: 1 });
  t.equal(run(path, 'rev-list', '--count', 'main..nocturne/pages'), '1');
});

t.test(
  'what the owner has to look at is on the branch after the yes, and not before',
  async (t) => {
    const directory = t.testdir();
    const { path } = ownersRepository(directory);
    const limited = planPage(STEPS).replace('status:', 'owner_lines: 0\nstatus:');
    const place = placeWithPlan(join(directory, 'place'), limited, {
      files: {
        'orchestration-os/REPOSITORIES.md': `${page}\n## pages\n\n- **Path:** ${path}\n`,
      },
    });
    const before = run(path, 'rev-parse', 'main');
    const branches = (): string => run(path, 'for-each-ref', 'refs/heads/nocturne');
    await nocturne(place, 'plan', 'run', 'pages');
    t.same(statesOf(place), { grow: 'review', look: 'waiting' });
    t.equal(branches(), '', 'nothing is in the repository');
    const review = readFileSync(join(place.root, 'PROJECTS/pages/reviews/grow-1.md'), 'utf8');
    t.match(review, / {4}\+more/, 'the page has the difference');
    const question = place.workspace
      .snapshot()
      .records('NOTIFICATION')
      .find((record) => fieldText(record, 'topic') === 'plan/pages/grow');
    await nocturne(place, 'approve', question?.key ?? '');
    await nocturne(place, 'plan', 'run', 'pages');
    t.same(statesOf(place), { grow: 'proved', look: 'asked' });
    t.match(run(path, 'show', 'nocturne/pages:README.md'), /^more$/m);
    t.equal(run(path, 'rev-list', '--count', 'main..nocturne/pages'), '1', 'one commit');
    t.equal(run(path, 'rev-parse', 'main'), before, 'the branch of the owner is as it was');
  },
);

t.test('a step that no pass can work on says what its project waits for', async (t) => {
  const directory = t.testdir();
  const { path } = ownersRepository(directory);
  const place = placeWithPlan(join(directory, 'place'), planPage(STEPS), {
    files: {
      'orchestration-os/REPOSITORIES.md': `${page}\n## pages\n\n- **Path:** ${path}\n- **Branch:** trunk\n`,
    },
  });
  const doctor = await nocturne(place, 'doctor');
  t.match(doctor.stdout, /broken +repositories[^]*has no commit on refs\/heads\/trunk/);
  await nocturne(place, 'plan', 'run', 'pages');
  t.same(statesOf(place), { grow: 'ready', look: 'waiting' });
  const { stdout } = await nocturne(place, 'plan', 'why', 'grow');
  t.match(
    stdout,
    /^grow is ready, but its project waits for you: .* has no commit on refs\/heads\/trunk.* nocturne approve N-\d+-\d+ answers it\.$/m,
  );
});
