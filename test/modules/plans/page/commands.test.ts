/** The commands of plans, as an owner and as an agent calls them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Place } from '../../../passes/pass-workspace.js';
import { callProgram } from '../../../support/standing-process.js';
import {
  approved,
  edit,
  editState,
  eventsOf,
  failed,
  happen,
  PAGE,
  pageOf,
  PLAN,
  placeWithPage,
  proved,
  shownOf,
  started,
  stateOf,
  writePage,
} from './page-place.js';

t.setTimeout(300_000);

const nocturne = ({ root, home }: Place, ...words: readonly string[]) =>
  callProgram({ words, env: { ...process.env, NOCTURNE_HOME: home }, cwd: root });

async function json(
  place: Place,
  ...words: readonly string[]
): Promise<Readonly<Record<string, unknown>>> {
  const { exit, stdout } = await nocturne(place, ...words, '--json');
  return { exit, ...(JSON.parse(stdout) as Readonly<Record<string, unknown>>) };
}

t.test('a workspace without plans says how to make one', async (t) => {
  const place = placeWithPage(t.testdir());
  rmSync(join(place.root, PLAN));
  t.match((await nocturne(place, 'plan', 'list')).stdout, 'There are no plans yet.');
  t.match(await json(place, 'plan', 'list'), { exit: 0, ok: true, plans: [] });
  const shown = await nocturne(place, 'plan', 'show', 'pages');
  t.match(shown, { exit: 2, stderr: 'the project "pages" has no plan' });
});

t.test('a dry run of a decision says what it would change, and changes nothing', async (t) => {
  const place = placeWithPage(t.testdir());
  const before = pageOf(place);
  const shown = await json(place, 'plan', 'approve', 'pages', '--dry-run');
  t.match(shown, {
    exit: 0,
    dryRun: true,
    status: { from: 'draft', to: /approved|running/ },
    steps: [{ id: 'survey', from: 'waiting', to: 'ready' }],
  });
  const refused = await json(place, 'plan', 'resume', 'pages', '--dry-run');
  t.match(refused, { ok: false, error: { code: 'CONFLICT' } });
  t.equal(pageOf(place), before);
  t.same(eventsOf(place), []);
});

t.test('approve, pause, resume and abort, each on the page and in the log', async (t) => {
  const place = placeWithPage(t.testdir());
  const status = async (word: string): Promise<unknown> => {
    const answer = await json(place, 'plan', word, 'pages');
    const plan = answer['plan'] as { readonly status: string } | undefined;
    return [answer['exit'], plan?.status];
  };
  t.same(await status('approve'), [0, 'approved']);
  t.same(await status('pause'), [0, 'paused']);
  t.same(await status('resume'), [0, 'running']);
  t.same(await status('abort'), [0, 'aborted']);
  t.same(await status('resume'), [0, 'running']);
  t.equal(shownOf(place), 'running: survey ready, write waiting, publish waiting');
  t.same(eventsOf(place), ['created', 'approved', 'paused', 'resumed', 'aborted', 'resumed']);
  const again = await nocturne(place, 'plan', 'approve', 'pages');
  t.match(again, { exit: 1, stderr: 'nothing to approve: The plan is running, not a draft.' });
});

t.test('retry runs a failed step again; an unknown one is named', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved, { kind: 'skipped', step: 'survey', why: 'Known.' });
  happen(place, { kind: 'skipped', step: 'write', why: 'Known.' });
  happen(place, started('publish'), failed('publish'));
  t.equal(stateOf(place), 'failed: survey skipped, write skipped, publish failed');
  const wrong = await nocturne(place, 'plan', 'retry', 'pages', 'publsh');
  t.match(wrong, { exit: 2, stderr: 'did you mean publish?' });
  t.match(await json(place, 'plan', 'retry', 'pages', 'publish'), { exit: 0 });
  t.equal(shownOf(place), 'running: survey skipped, write skipped, publish ready');
});

t.test('an owner’s edits are taken in before what a command says', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved);
  editState(place, 'survey', 'skipped');
  const { stdout } = await nocturne(place, 'plan', 'show', 'pages');
  t.match(stdout, 'Your edits, for the next pass: skipped survey');
  await nocturne(place, 'plan', 'pause', 'pages');
  t.same(eventsOf(place).slice(2), ['skipped survey', 'paused']);
});

t.test('a page with a mistake: approve says where, pause works all the same', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved);
  edit(place, 'needs: survey', 'needs: surwey');
  const broken = pageOf(place);
  const resumed = await nocturne(place, 'plan', 'resume', 'pages');
  t.match(resumed, { exit: 2, stderr: 'PROJECTS/pages/PLAN.md:11' });
  t.match(resumed.stderr, 'did you mean survey?');
  t.match(await nocturne(place, 'plan', 'pause', 'pages'), { exit: 0 });
  t.equal(pageOf(place), broken);
  t.equal(stateOf(place).split(':')[0], 'paused');
  const { stdout } = await nocturne(place, 'status');
  t.match(stdout, 'Plan pages stands still: PROJECTS/pages/PLAN.md:11');
  edit(place, 'needs: surwey', 'needs: survey');
  t.match(await nocturne(place, 'plan', 'resume', 'pages'), { exit: 0 });
  t.equal(shownOf(place), 'running: survey ready, write waiting, publish waiting');
});

t.test('resume writes a page that is gone, or an old copy, from the log', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved);
  const old = pageOf(place);
  happen(place, started('survey'), proved('survey'));
  writePage(place, old);
  t.match((await nocturne(place, 'plan', 'show', 'pages')).stdout, 'this page is an old copy');
  t.match(await nocturne(place, 'plan', 'resume', 'pages'), { exit: 0, stdout: 'from the log' });
  t.equal(shownOf(place), 'running: survey proved, write ready, publish waiting');
  rmSync(join(place.root, PLAN));
  t.match((await nocturne(place, 'plan', 'list')).stdout, 'PLAN.md is missing');
  t.match(await nocturne(place, 'plan', 'resume', 'pages'), { exit: 0 });
  t.equal(shownOf(place), 'running: survey proved, write ready, publish waiting');
});

t.test('why says one sentence and shows the rows behind it', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved, started('survey'), proved('survey'));
  happen(place, started('write'), { kind: 'failed', step: 'write', cause: 'criteria', why: 'No.' });
  const why = await json(place, 'plan', 'why', 'publish');
  t.match(why, {
    exit: 0,
    project: 'pages',
    step: 'publish',
    state: 'blocked',
    why: 'publish is blocked: write failed. No.',
    rows: [
      { step: 'write', event: 'started', run: 'RUN-write' },
      { step: 'write', event: 'failed', why: 'No.' },
    ],
  });
  const survey = await nocturne(place, 'plan', 'why', 'pages', 'survey');
  t.match(survey.stdout, 'survey is proved by RUN-survey since ');
  t.match(survey.stdout, 'with outputs/survey.md.');
  t.match(survey.stdout, 'outputs/survey.md aaaaaaaaaaaa');
  t.match(await nocturne(place, 'plan', 'why', 'srvey'), {
    exit: 2,
    stderr: 'did you mean survey',
  });
});

t.test('why, retry and attempts name a step in one way: PROJECT STEP, or STEP alone', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved, started('survey'), proved('survey'));
  for (const words of [['pages', 'survey'], ['survey']]) {
    t.match(await json(place, 'plan', 'why', ...words), { project: 'pages', step: 'survey' });
    t.match(await nocturne(place, 'plan', 'attempts', ...words), {
      exit: 2,
      stderr: 'the step "survey" has no metric',
    });
  }
  t.match(await json(place, 'plan', 'retry', 'survey'), { exit: 0, plan: { project: 'pages' } });
  t.match(await nocturne(place, 'plan', 'why', 'pages'), {
    exit: 2,
    stderr: 'name a step of this plan: survey, write, publish',
  });
  place.workspace.commit({
    actor: { kind: 'owner', name: 'a test' },
    runId: '',
    reason: 'a second plan',
    changes: [{ kind: 'write', path: 'PROJECTS/others/PLAN.md', content: PAGE }],
  });
  for (const word of ['why', 'retry', 'attempts'])
    t.match(await nocturne(place, 'plan', word, 'survey'), {
      exit: 2,
      stderr: `nocturne plan ${word} others survey`,
    });
});

t.test('a plan that is over is told once, has no estimate, and waits for nobody', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved, started('survey'), proved('survey'));
  t.match((await nocturne(place, 'plan', 'show', 'pages')).stdout, 'How long it takes');
  happen(place, started('write'), failed('write'));
  const midway = (await nocturne(place, 'briefing', '--since', '4000d')).stdout;
  t.match(midway, 'plan pages, step write: The page is empty.');
  happen(place, { kind: 'failed', step: 'write', cause: 'criteria', why: 'Nothing came.' });
  t.equal(stateOf(place), 'failed: survey proved, write failed, publish blocked');
  const shown = await nocturne(place, 'plan', 'show', 'pages');
  t.notMatch(shown.stdout, /What is left takes|How long it takes|From their budgets/);
  t.match(await json(place, 'plan', 'show', 'pages'), { estimate: null });
  t.match(
    (await nocturne(place, 'plan', 'why', 'write')).stdout,
    'write has failed: Nothing came.',
  );
  const { stdout } = await nocturne(place, 'briefing', '--since', '4000d');
  t.equal(stdout.split('Nothing came').length - 1, 1, stdout);
  t.match(stdout, 'Waiting for you (0)');
  happen(place, { kind: 'proved', step: 'write', produced: {} }, started('publish'));
  happen(place, proved('publish'));
  const end = (await nocturne(place, 'briefing', '--since', '4000d')).stdout;
  t.match(end, 'Plan pages is done');
  t.match(end, 'Waiting for you (0)');
});

t.test('show has states, waves and the critical path, and a diagram', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved, started('survey'), proved('survey'));
  const { stdout } = await nocturne(place, 'plan', 'show', 'pages');
  t.match(stdout, 'Write a page (pages)\nrunning: 1 of 3 steps proved');
  t.match(stdout, /^\* survey {2}proved/m);
  t.match(stdout, /^ {2}\* write {2}ready/m);
  t.match(await json(place, 'plan', 'show', 'pages'), {
    plan: {
      status: 'running',
      proved: 1,
      open: 2,
      critical_path: ['survey', 'write', 'publish'],
      waves: [['survey'], ['write'], ['publish']],
      steps: [
        { id: 'survey', wave: 0, state: 'proved', run_id: 'RUN-survey' },
        { id: 'write', wave: 1, state: 'ready' },
        { id: 'publish', wave: 2, state: 'waiting' },
      ],
    },
  });
  const diagram = await nocturne(place, 'plan', 'show', 'pages', '--format', 'mermaid');
  t.match(diagram.stdout, 'flowchart TD\n  s0["survey<br/>proved"]:::proved');
  t.match(diagram.stdout, '  s0 --> s1');
});

t.test('status, the briefing and validate tell of plans', async (t) => {
  const place = placeWithPage(t.testdir());
  happen(place, approved, started('survey'), proved('survey'));
  const line = 'Plan pages is running: 1 of 3 steps proved; 1 ready';
  t.match((await nocturne(place, 'status')).stdout, line);
  t.match(await json(place, 'status'), { modules: { plans: [{ project: 'pages' }] } });
  t.match((await nocturne(place, 'briefing', '--since', '400d')).stdout, line);
  happen(place, started('write'), { kind: 'failed', step: 'write', cause: 'criteria', why: 'No.' });
  const told = (await nocturne(place, 'briefing', '--since', '4000d')).stdout;
  t.match(told, 'The plan pages failed: step write: No. Run `nocturne plan retry pages write`.');
  t.notMatch(told, 'N-2026', 'no answer could change it');
  t.match(await nocturne(place, 'validate', '--rule', 'plan-page'), { exit: 0 });
  edit(place, 'needs: survey', 'needs: surwey');
  const found = await nocturne(place, 'validate', '--rule', 'plan-page');
  t.match(found, { exit: 1, stdout: 'step write needs surwey' });
});

t.test('no agent writes a plan, whatever its scope', async (t) => {
  const place = placeWithPage(t.testdir());
  for (const op of ['write', 'edit', 'append', 'delete']) {
    const checked = await nocturne(
      place,
      ...['guard', 'check', '--op', op, '--path', PLAN, '--project', 'pages'],
    );
    t.match(checked, { exit: 5 }, op);
  }
});
