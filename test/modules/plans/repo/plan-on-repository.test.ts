/** A plan whose steps change a git repository of the owner's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
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

t.test('a step that no pass can work on says what its project waits for', async (t) => {
  const directory = t.testdir();
  const { path } = ownersRepository(directory);
  const place = placeWithPlan(join(directory, 'place'), planPage(STEPS), {
    files: {
      'orchestration-os/REPOSITORIES.md': `${page}\n## pages\n\n- **Path:** ${path}\n- **Branch:** trunk\n`,
    },
  });
  await nocturne(place, 'plan', 'run', 'pages');
  t.same(statesOf(place), { grow: 'ready', look: 'waiting' });
  const { stdout } = await nocturne(place, 'plan', 'why', 'grow');
  t.match(
    stdout,
    /^grow is ready, but its project waits for you: .* has no commit on refs\/heads\/trunk.* nocturne approve N-\d+-\d+ answers it\.$/m,
  );
});
