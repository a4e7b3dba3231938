/** What a form does is done once, to what it showed, or refused and said. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { NocturneError } from '../../../src/kernel/error.js';
import type { DashboardAction, DashboardPage } from '../../../src/passes/dashboard-page.js';
import { fieldText } from '../../../src/project/field-text.js';
import { type Answer, formsOf, OwnerClient } from '../../support/dashboard-client.js';
import { dashboardHere } from '../../support/dashboard-here.js';
import { questionId, questionsPage } from '../../support/questions-page.js';
import { type Place, placeWithProject } from '../../passes/pass-workspace.js';
import { callCommand } from '../cli/run-cli.js';

const ASKED = ['May I go on?', 'May I stop?', 'May I rest?', 'May I ask?', 'May I wait?'];

function placeWithQuestions(t: Pick<Test, 'testdir'>): Place {
  return placeWithProject(t.testdir(), '', {
    files: { 'NOTIFICATIONS.md': questionsPage(ASKED) },
  });
}

/** The audit rows of answers to a question. */
function answers(place: Place, id: string): readonly string[] {
  return place.workspace
    .snapshot()
    .records('AUDIT')
    .filter((row) => fieldText(row, 'target') === id)
    .map(
      (row) =>
        `${fieldText(row, 'actor')}: ${fieldText(row, 'authorisation')}: ${fieldText(row, 'detail')}`,
    );
}

function location({ headers }: Answer): string {
  return String(headers['location']);
}

t.test('an answer is given once, and the page says so', async (t) => {
  const place = placeWithQuestions(t);
  let server = await dashboardHere(place);
  const owner = await OwnerClient.enter(server.link);
  const other = await OwnerClient.enter(
    String((await callCommand(place, ['dashboard', 'link'])).json['link']),
  );
  const form = async (who: OwnerClient, number: number, text: string) => ({
    ...(await who.form('/', { id: questionId(number) })),
    text,
  });

  const first = await form(owner, 1, 'yes');
  const again = await form(owner, 1, 'no');
  const done = await owner.post('/act/answer', first);
  t.equal(done.status, 303, 'a form answers with the page that it was on');
  t.match(location(done), /^\/.*[?&]done=[0-9a-f]{32}/);
  const said = await owner.get(location(done));
  t.match(said.body, `${questionId(1)} approved`);
  await owner.get(location(done));
  t.same(
    answers(place, questionId(1)),
    ['owner: owner through dashboard: yes'],
    'loading it again does nothing',
  );
  const twice = await owner.post('/act/answer', first);
  t.equal(twice.status, 409);
  t.match(twice.body, /has been answered since: &quot;yes&quot;|was already sent/);
  const late = await owner.post('/act/answer', again);
  t.equal(late.status, 409, 'what another page still shows is late');
  t.match(late.body, 'has been answered since: &quot;yes&quot;');

  const both = [await form(owner, 2, 'yes'), await form(other, 2, 'no')] as const;
  const ended = await Promise.all([
    owner.post('/act/answer', both[0]),
    other.post('/act/answer', both[1]),
    owner.post('/act/answer', both[0]),
  ]);
  t.same(ended.map(({ status }) => status).sort(), [303, 409, 409], 'two browsers at once');
  t.equal(answers(place, questionId(2)).length, 1, 'are one answer');
  t.equal(
    (await other.post('/act/answer', await form(owner, 3, 'yes'))).status,
    403,
    'a form is of its session',
  );

  const overtaken = await form(owner, 3, 'yes');
  await callCommand(place, ['answer', questionId(3), 'no']);
  t.equal((await owner.post('/act/answer', overtaken)).status, 409, 'the command line was faster');
  t.same(
    answers(place, questionId(3)).map((row) => row.slice(0, 15)),
    ['owner: owner: n'.slice(0, 15)],
  );

  const [kept, fresh] = [await form(owner, 4, 'yes'), await form(owner, 5, 'yes')];
  await owner.post('/act/answer', kept);
  const { port } = new URL(server.link);
  await server.end();
  server = await dashboardHere(place, { place: { host: '127.0.0.1', port: Number(port) } });
  t.equal(
    (await owner.post('/act/answer', kept)).status,
    409,
    'after a restart it is not done again',
  );
  t.equal((await owner.post('/act/answer', fresh)).status, 303, 'and an answer is not lost');
  t.equal(answers(place, questionId(4)).length, 1);
  t.equal(answers(place, questionId(5)).length, 1);
  await server.end();
});

const PAUSE: DashboardAction = {
  name: 'pause',
  command: 'project pause',
  previews: true,
  parsed: ({ slug = '' }) => ({ args: [slug] }),
};
const REFUSES: DashboardAction = {
  name: 'refuses',
  command: 'status',
  parsed: () => {
    throw new NocturneError('REFUSED', 'this is refused', {
      hint: 'ask again',
      reasons: [
        { code: 'one', message: 'the first reason' },
        { code: 'two', message: 'the second reason' },
      ],
    });
  },
};
const BREAKS: DashboardPage = {
  path: '/breaks',
  load: async () => () => {
    throw new TypeError('x is not a function');
  },
};

t.test('what changes more is shown first, and done as it was shown', async (t) => {
  const place = placeWithQuestions(t);
  const server = await dashboardHere(place, { actions: [PAUSE, REFUSES], pages: [BREAKS] });
  const owner = await OwnerClient.enter(server.link);
  const { csrf = '', once = '' } = await owner.form('/');
  const status = (): string =>
    fieldText(place.workspace.snapshot().record('DISPATCH', 'pages'), 'status');
  const send = (fields: Readonly<Record<string, string>>) =>
    owner.post('/act/pause', { csrf, once, slug: 'pages', ...fields });

  const preview = await send({ back: '/?x=1#here' });
  t.equal(preview.status, 200);
  t.match(preview.body, 'What this would change');
  t.match(preview.body, /<span class="added">[^<]*paused/, 'a difference');
  t.match(preview.body, 'Audit row: ', 'and the row of the log');
  t.equal(status(), 'active', 'nothing is done yet');
  const [confirm] = formsOf(preview.body);
  t.equal(
    (await send({ ...confirm, confirmed: 'yes' })).status,
    409,
    'a yes to nothing that was shown',
  );
  const page = join(place.root, 'ACTIVE-PROJECTS.md');
  const before = readFileSync(page, 'utf8');
  writeFileSync(page, before.replace(/\| 1 \| pages/, '| 7 | pages'));
  const changed = await send(confirm ?? {});
  t.equal(changed.status, 409, 'it would change something else now');
  t.equal(status(), 'active');
  for (const back of [
    '//evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/\t/evil',
    '\n//evil',
  ])
    t.match((await send({ back })).body, /<a href="\/">Back/, `back to ${back}`);
  const done = await send(formsOf(changed.body)[0] ?? {});
  t.equal(done.status, 303);
  t.match(location(done), /^\/\?x=1&done=[0-9a-f]{32}#here$/, 'and goes back to where it was');
  t.equal(status(), 'paused');

  const refused = await owner.post('/act/refuses', { csrf, once });
  t.equal(refused.status, 403);
  for (const text of ['this is refused', 'the first reason', 'the second reason', 'ask again'])
    t.match(refused.body, text, 'a refusal shows every reason');
  t.equal((await owner.get('/breaks')).status, 500, 'a page with a bug is a page');
  t.notMatch((await owner.get('/breaks')).body, /\n +at /, 'without a stack');
  const registry = join(place.root, 'REGISTRY.md');
  const sound = readFileSync(registry, 'utf8');
  writeFileSync(registry, '# Nothing\n');
  t.match((await owner.get('/')).body, /<h1>/, 'a workspace that cannot be read ends no server');
  writeFileSync(registry, sound);
  t.equal((await owner.get('/')).status, 200);
  await server.end();
});

t.test('a dashboard that only reads has no forms and takes none', async (t) => {
  const place = placeWithQuestions(t);
  const server = await dashboardHere(place, { readOnly: true });
  const owner = await OwnerClient.enter(server.link);
  const page = await owner.get('/');
  t.match(page.body, 'read only');
  t.same(formsOf(page.body), []);
  const sent = await owner.post('/act/answer', { id: questionId(1), text: 'yes', once: 'x' });
  t.equal(sent.status, 403);
  t.match(sent.body, 'only reads');
  t.same(answers(place, questionId(1)), []);
  await server.end();
});
