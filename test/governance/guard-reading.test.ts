/** What commands may not read, and in which repositories git may run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ask, makeWorkspace } from '../support/guard-workspace.js';

const OUT = 'PROJECTS/inventory/outputs';
const HOME = t.testdir({
  state: { keys: { 'own-er.pem': 'k' }, 'token.json': '{}' },
  workspace: {},
});
const home = join(HOME, 'state');
const root = makeWorkspace(join(HOME, 'workspace'));
const reasonsOf = (command: string) =>
  ask(root, { kind: 'exec', command }, { options: { home } }).reasons.map(({ code }) => code);

t.test('keys, credentials and the state directory are read by no program', async (t) => {
  for (const command of [
    `cat ${home}/token.json`,
    `cat ${home}/keys/*`,
    `cat ${HOME}/st*/k?ys/own?er.p?m`,
    `head -n 1 < ${home}/token.json`,
    `grep -r x ${home}`,
    `grep -r x ${HOME}`,
    `grep -r x /`,
    `grep -f${home}/token.json x`,
    `grep --file=${home}/token.json x`,
    `sort --files0-from=${home}/token.json`,
    `for f in ${home}/keys/*; do cat "$f"; done`,
    `find . -name x -exec cat ${home}/token.json ;`.replace(' ;', " ';'"),
    `ls | xargs cat ${home}/token.json`,
    'cat /root/.ssh/id_rsa',
    'cat /home/me/.aws/credentials',
    'cat /proc/self/environ',
    'cat /proc/1/task/1/environ',
    'tail -c 100 /proc/self/mem',
    'cat /proc/self/cwd/SOUL.md',
  ])
    t.ok(reasonsOf(command).includes('path-reserved'), `${command}: ${reasonsOf(command).join()}`);
  for (const command of [
    'cat SOUL.md journal.md',
    'grep -rn token docs',
    `ls ${HOME}`,
    'cat /etc/hostname',
    'cat /proc/cpuinfo',
  ])
    t.same(reasonsOf(command), ['allowed'], command);
});

t.test('git runs in no repository that an agent could have made', async (t) => {
  const bare = join(root, OUT, 'bare');
  for (const folder of ['objects', 'refs']) mkdirSync(join(bare, folder), { recursive: true });
  writeFileSync(join(bare, 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(bare, 'config'), '[core]\n\tfsmonitor = "touch /tmp/x"\n');
  mkdirSync(join(root, OUT, 'pointer/deep'), { recursive: true });
  writeFileSync(join(root, OUT, 'pointer/.git'), `gitdir: ${bare}\n`);
  mkdirSync(join(root, OUT, 'nested/.git'), { recursive: true });
  for (const folder of ['bare', 'bare/objects', 'pointer', 'pointer/deep', 'nested'])
    t.ok(reasonsOf(`cd ${OUT}/${folder} && git status`).includes('command-denied'), folder);
  t.same(reasonsOf('git status'), ['allowed'], 'none at all, or one around the workspace');
  mkdirSync(join(root, 'PROJECTS/inventory/.git'));
  t.same(reasonsOf('cd PROJECTS/inventory && git log -n 1'), ['allowed'], "the project's own");
  t.same(reasonsOf(`cd ${OUT} && git diff`), ['allowed'], 'also from below');
  mkdirSync(join(root, '.git'));
  t.same(reasonsOf('git log -n 1'), ['allowed'], "the workspace's own");
});
