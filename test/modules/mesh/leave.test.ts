/** What owners say of each other, and how a node gives back what it has when it leaves. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { joinedProcess, leadProcess, until } from './mesh-process.js';
import { freePort, NO_SERVER } from './nats-server.js';

t.setTimeout(300_000);

t.test('a node that leaves gives back its tasks at once', { skip: NO_SERVER }, async (t) => {
  const folder = t.testdir();
  const lead = await leadProcess(t, folder, await freePort());
  const left = await joinedProcess(t, { lead, folder, name: 'left' });
  const may = async (node: typeof lead, ...words: readonly string[]) =>
    node.run('mesh', 'allow', ...words, '--yes');

  t.match((await may(lead, 'left', 'search', 'mail')).json, { written: true });
  t.match((await may(lead, 'left', 'work', '--also')).json, {
    peer: { may: ['work', 'search', 'mail'], tools: [] },
    lost: [],
  });
  const wrong = await may(lead, 'left', 'call', '--also', '--tools', 'read, nonsense');
  t.equal(wrong.exit, 2);
  t.match(wrong.text, /nonsense.{1,4} is not a tool that another node may call/);
  t.equal((await may(lead, 'left', 'call', '--tools', 'write')).exit, 2, 'a guest only reads');
  t.match((await may(lead, 'left', 'call', '--also', '--tools', 'read')).json, {
    peer: { may: ['work', 'call', 'search', 'mail'], tools: ['read'] },
  });
  await may(left, 'lead', 'propose');
  await left.serve();
  const made = await lead.run('project', 'new', 'hive', '--mission', 'Know the bees.');
  t.equal(made.exit, 0, made.text);
  const words = ['hive', 'Write', '--writes', 'outputs/**', '--objective', 'Write.'];
  const proposed = await lead.run('mesh', 'propose', ...words);
  t.equal(proposed.exit, 0, proposed.text);
  const claims = join(left.state, 'mesh/claims');
  const pageText = async (): Promise<string> =>
    JSON.stringify((await lead.run('mesh', 'tasks', '--all')).json);
  await until(async () => /"claimed"/.test(await pageText()), 'left has claimed it');
  await until(() => existsSync(claims), 'and has kept its claim');

  const gone = await left.run('mesh', 'leave', '--yes');
  t.match(gone.json, { left: /./, released: 1, unheard: 0 }, gone.text);
  for (const name of ['claims', 'results', 'objects', 'identity.json', 'decryption.json'])
    t.notOk(existsSync(join(left.state, 'mesh', name)), name);
  await until(async () => /left: its node leaves the mesh/.test(await pageText()), 'lead knows');
  await left.untilSaid('this workspace has left the mesh');
  t.match(readFileSync(join(left.root, 'orchestration-os/MESH.md'), 'utf8'), /\*\*Url:\*\* -/);
  const status = await lead.run('mesh', 'status');
  t.match(status.json, { deadLetters: [{ kind: 'task', why: /no other node may work on it/ }] });
  // Before their folders go.
  await left.stop();
  await lead.stop();
});
