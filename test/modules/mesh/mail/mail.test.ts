/** Mail between agents of two nodes, over a real server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { meshMail } from '../../../../src/modules/mesh/commands/mail.js';
import { MailPart } from '../../../../src/modules/mesh/mail/mail-part.js';
import { type Mail, mails, mailText } from '../../../../src/modules/mesh/mail/mail.js';
import { module } from '../../../../src/modules/mesh/module.js';
import type { ModuleCommandContext, Parsed } from '../../../../src/modules/types.js';
import { worker } from '../../../../src/passes/worker/worker.js';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';
import { environment, REPORT, WRITES_PAGE } from '../../../passes/pass-workspace.js';
import { type Mesh, type MeshNode, meshOf } from '../mesh-place.js';
import { NO_SERVER } from '../nats-server.js';
import { runningNode } from '../running-node.js';
import { until } from '../until.js';

t.setTimeout(120_000);

type Post = { readonly mesh: Mesh; readonly left: MeshNode; readonly right: MeshNode };

async function post(t: Test, may?: string): Promise<Post> {
  const mesh = await meshOf(t, [
    { id: 'left' },
    { id: 'right', ...(may === undefined ? {} : { may }) },
  ]);
  const [left, right] = mesh.nodes;
  if (left === undefined || right === undefined) throw new Error('two nodes');
  return { mesh, left, right };
}

const connect = (t: Test, mesh: Mesh, node: MeshNode) =>
  runningNode(t, { mesh, node }, [new MailPart({ lookMs: 25 })]);

/** As the command line does it for the owner. */
async function mail(
  { workspace, root }: Pick<MeshNode, 'workspace' | 'root'>,
  args: readonly string[],
  options: Parsed['options'] = {},
) {
  const context = {
    workspace: () => workspace,
    cwd: root,
    requireOwner: () => undefined,
    acting: () => ({ actor: { kind: 'owner', name: 'owner' }, runId: '', authorisation: '' }),
  } as unknown as ModuleCommandContext;
  return meshMail.run(context, { args, options });
}

const only = (node: MeshNode): Mail | undefined => mails(node.workspace.snapshot()).at(-1);
const state = (node: MeshNode) => () => mails(node.workspace.snapshot()).map((each) => each.state);

t.test(
  'a request is sent, received, delivered in a brief and answered',
  { skip: NO_SERVER },
  async (t) => {
    const { mesh, left, right } = await post(t);
    const options = {
      request: true,
      subject: 'Which data?',
      text: 'Which of them?\u202e',
      project: 'pages',
    };
    await mail(left, ['send', 'right/pages'], options);
    t.same(state(left)(), ['queued'], 'the other node is not there yet');
    connect(t, mesh, left);
    const there = connect(t, mesh, right);
    await until(state(left), ([each]) => each === 'received');
    const { id = '' } = only(right) ?? {};
    t.match(only(right), { box: 'in', node: 'left', project: 'pages', state: 'received' });
    t.equal(mails(right.workspace.snapshot()).length, 1);

    await there.stop();
    const seen = join(right.root, 'PROJECTS/pages/pass.mjs');
    writeFileSync(
      seen,
      `${WRITES_PAGE}import { readFileSync } from 'node:fs';\nwriteFileSync('outputs/brief.md', readFileSync(0, 'utf8'));\n${REPORT}\n`,
    );
    const report = await worker(environment(right, { modules: [module] }), { role: 'worker' });
    t.equal(report.exit, 0, report.outcome);
    const brief = right.workspace.snapshot().text('PROJECTS/pages/outputs/brief.md') ?? '';
    t.match(brief, /Data: A request by mail from an agent of left: "Which data\?"/);
    t.match(brief, /Which of them\?\[U\+202E\]/, 'a control character is written out');
    t.match(only(right), { state: 'delivered', runId: report.data.runId });
    t.equal(only(left)?.state, 'received', 'what the other one has is not what it has read');

    connect(t, mesh, right);
    await until(state(left), ([each]) => each === 'delivered');
    await mail(right, ['send'], { replyTo: id, text: 'The second one.' });
    await until(state(left), ([each]) => each === 'answered');
    const answer = only(left);
    t.match(answer, { box: 'in', kind: 'answer', project: 'pages', replyTo: id });
    t.equal(answer && mailText(left.workspace.snapshot(), answer), 'The second one.');
    t.match(state(right)(), ['answered', /sent|received/]);
  },
);

t.test('a node that may not write is refused, and learns it', { skip: NO_SERVER }, async (t) => {
  const { mesh, left, right } = await post(t, 'call');
  connect(t, mesh, left);
  connect(t, mesh, right);
  await mail(left, ['send', 'right'], { subject: 'Hello', text: 'Are you there?' });
  await until(state(left), ([each]) => each === 'refused');
  t.match(only(left)?.why, /the owner of right lets it write nothing/);
  t.same(state(right)(), []);
  await t.rejects(mail(right, ['send', 'left'], { subject: 'Hello', text: 'No.' }), {
    code: 'REFUSED',
  });
});

t.test(
  'what nobody answered in time is unknown, and a late answer still counts',
  { skip: NO_SERVER },
  async (t) => {
    const { mesh, left, right } = await post(t);
    const later = openWorkspace(left.root, {
      home: left.home,
      clock: { now: () => new Date(Date.now() + 25 * 3_600_000) },
    });
    await mail(left, ['send', 'right'], {
      request: true,
      subject: 'Hello',
      text: 'Are you there?',
    });
    const here = connect(t, mesh, left);
    connect(t, mesh, right);
    await until(state(left), ([each]) => each === 'received');
    await here.stop();
    const { json } = await mail({ workspace: later, root: left.root }, ['list']);
    t.match(json, { mails: [{ state: 'unknown' }] }, 'also without a server');
    const again = runningNode(t, { mesh, node: { ...left, workspace: later } }, [
      new MailPart({ lookMs: 25 }),
    ]);
    await until(state(left), ([each]) => each === 'unknown');
    t.notMatch(only(left), { state: 'failed' });
    const { id = '' } = only(right) ?? {};
    await mail(right, ['read', id]);
    await mail(right, ['send'], { replyTo: id, text: 'Now I am.' });
    await until(state(left), ([each]) => each === 'answered');
    await again.stop();
  },
);

t.test(
  'a hand-over has what the next agent needs, and its brief quotes it',
  { skip: NO_SERVER },
  async (t) => {
    const { mesh, left, right } = await post(t);
    await worker(environment(left, { modules: [module] }), { role: 'worker' });
    connect(t, mesh, left);
    const there = connect(t, mesh, right);
    await mail(left, ['handover', 'right/pages'], { project: 'pages' });
    await until(state(left), ([each]) => each === 'received');
    await there.stop();
    const taken = only(right);
    t.match(taken, { kind: 'handover', subject: 'Hand-over of pages', project: 'pages' });
    const text = (taken && mailText(right.workspace.snapshot(), taken)) ?? '';
    for (const part of [
      /Mission: Test one pass\./,
      /Next: Write the first page\./,
      /over when all of this is true\n\n- `.*entries.*`: not yet/,
      /PROJECTS\/pages\/pass\.mjs` \d+ bytes [0-9a-f]{64}/,
      /how they ended\n\n- RUN-\S+ FAIL: /,
      /Open questions to the owner\n\nNone\./,
    ])
      t.match(text, part);
    await worker(environment(right, { modules: [module] }), { role: 'worker' });
    connect(t, mesh, right);
    await until(state(left), ([each]) => each === 'delivered');
  },
);

t.test('an agent writes in the name of its own project', { skip: NO_SERVER }, async (t) => {
  const { left } = await post(t);
  const bin = fileURLToPath(new URL('../../../../../bin/nocturne.cjs', import.meta.url));
  const words = ['mesh', 'mail', 'send', 'right/pages', '--request', '--subject', 'Which?'];
  writeFileSync(
    join(left.root, 'PROJECTS/pages/pass.mjs'),
    `import { spawnSync } from 'node:child_process';
const words = ${JSON.stringify([bin, ...words, '--text', 'Which of them?', '--project', 'other'])};
const env = { ...process.env, NOCTURNE_HOME: ${JSON.stringify(left.home)} };
const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', env });
if (status !== 0) throw new Error(stderr.slice(-300));
${WRITES_PAGE}${REPORT}
`,
  );
  const report = await worker(environment(left, { modules: [module] }), { role: 'worker' });
  t.equal(report.exit, 0, report.outcome);
  t.match(only(left), { box: 'out', project: 'pages', peerProject: 'pages', state: 'queued' });
});

t.test('with the mesh off, mail says so at once', async (t) => {
  const { placeWithProject } = await import('../../../passes/pass-workspace.js');
  const alone = placeWithProject(t.testdir({}), '');
  const text = 'Hello.';
  await t.rejects(mail(alone, ['send', 'right'], { subject: 'Hello', text }), { code: 'CONFIG' });
  t.match(await mail(alone, ['list']), { text: /^There is no mail\. The mesh is off/ });
});

t.test('a text with a credential is not sent', { skip: NO_SERVER }, async (t) => {
  const { left } = await post(t);
  const text = `Use ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)} for it.`;
  await t.rejects(mail(left, ['send', 'right'], { subject: 'Hello', text }), { code: 'REFUSED' });
  t.same(state(left)(), []);
});
