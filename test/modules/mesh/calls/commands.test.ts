/** Calls as their owners make them: commands and services of two machines, over TLS. */
import t from 'tap';
import { joinedProcess, leadProcess, MeshProcess, until } from '../mesh-process.js';
import { freePort, NO_SERVER } from '../nats-server.js';

t.setTimeout(240_000);

const CALLS: readonly (readonly string[])[] = [
  ['mesh', 'call', 'left', 'read', '--args', '{"path":"MEMORY.md"}'],
  ['mesh', 'search', 'anything'],
  ['mesh', 'ask', 'left', 'What do you know?'],
];

t.test('without a mesh each command says so at once', async (t) => {
  const alone = new MeshProcess(t.testdir(), 'alone');
  for (const words of CALLS) {
    const { exit, text } = await alone.run(...words);
    t.equal(exit, 2);
    t.match(text, /nocturne mesh init begins one/, words.join(' '));
    t.match(text, /The mesh is off: this workspace works alone/, words.join(' '));
  }
});

t.test('what is about tasks, mail and talks says it as well', async (t) => {
  const alone = new MeshProcess(t.testdir(), 'alone');
  for (const words of [
    'cancel x',
    'retry x',
    'accept x',
    'refuse x',
    'propose nothing x',
    'work',
    'invite',
    'revoke x',
    'allow x work',
    'mail send x --subject a --text b',
  ]) {
    const { text } = await alone.run('mesh', ...words.split(' '));
    t.match(text, /The mesh is off: this workspace works alone/, words);
  }
});

t.test('two machines call each other', { skip: NO_SERVER }, async (t) => {
  const folder = t.testdir();
  const lead = await leadProcess(t, folder, await freePort());
  const left = await joinedProcess(t, { lead, folder, name: 'left' });
  t.match((await left.run(...(CALLS[1] ?? []))).text, /No process of this workspace is connected/);
  const allow = async (node: MeshProcess, ...words: readonly string[]): Promise<void> => {
    const { exit, text } = await node.run('mesh', 'allow', ...words, '--yes');
    if (exit !== 0) throw new Error(text);
  };
  await left.serve();
  await until(async () => {
    const { json } = await lead.run('mesh', 'nodes');
    return JSON.stringify(json).includes('left');
  }, 'the lead hears left');
  await allow(lead, 'left', 'mail');
  await allow(left, 'lead', 'search', '--tools', 'read');
  const less = await left.run('mesh', 'allow', 'lead', 'mail', '--dry-run');
  t.match(less.json, { lost: ['search'] }, 'a word that is not repeated is lost');
  const reply = ['--reply-to', 'ML-00000000000000000000', '--text', 'Yes.'];
  const lost = await lead.run('mesh', 'mail', 'send', ...reply);
  t.match(lost.text, /there is no mail .*ML-00000000000000000000/);

  await until(async () => (await lead.run(...(CALLS[0] ?? []))).exit === 0, 'left answers');
  const read = await lead.run(...(CALLS[0] ?? []));
  t.match(read.json, { node: 'left' });
  t.match(read.text, /Memory/);
  const refused = await lead.run('mesh', 'call', 'left', 'query', '--args', '{}');
  t.equal(refused.exit, 5);
  t.match(refused.text, /lead may not call the tool query here/);
  t.equal((await lead.run('mesh', 'ask', 'left', 'Anything?')).exit, 5, 'a word that is missing');
  t.equal((await lead.run('mesh', 'call', 'nobody', 'read')).exit, 5);
  t.equal((await lead.run('mesh', 'call', 'left', 'read', '--args', '[]')).exit, 2);

  const found = await lead.run('mesh', 'search', 'a way of working');
  t.equal(found.exit, 0, found.text);
  t.match(found.json, { nodes: [{ node: 'left' }] });

  left.signal('SIGSTOP');
  const words = [...(CALLS[0] ?? []), '--key', 'while-it-stands', '--idle', '1'];
  const unknown = await lead.run(...words);
  left.signal('SIGCONT');
  t.equal(unknown.exit, 1);
  t.match(unknown.text, /It is unknown whether left did it/, 'a time-out is never a failure');
  await until(async () => (await lead.run(...words)).exit === 0, 'the same key is answered');
  const logged = await lead.run('audit', 'verify', '--with', 'left');
  t.equal(logged.exit, 0, logged.text);
  t.match(logged.text, /"with":\{"node":"lead","with":"left","ours":[1-9]/, 'calls are on record');
  // Before their folders go.
  await left.stop();
  await lead.stop();
});
