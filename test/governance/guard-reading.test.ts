/** What commands may not read, and in which repositories git may run. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ask, makeWorkspace } from '../support/guard-workspace.js';

const OUT = 'PROJECTS/inventory/outputs';
const HOME = t.testdir({
  state: { keys: { 'own-er.pem': 'k' }, 'token.json': '{}' },
  workspace: {},
  beyond: {},
});
const home = join(HOME, 'state');
const root = makeWorkspace(join(HOME, 'workspace'));
symlinkSync(join(HOME, 'beyond'), join(root, 'away'));
mkdirSync(join(root, 'docs'), { recursive: true });
symlinkSync('docs', join(root, 'inside'));
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
    `find ${HOME} -name x -exec cat {} +`,
    `find ${HOME} | xargs cat`,
    `cat away/../state/token.json`,
    `grep -hf${home}/token.json SOUL.md`,
    'grep -hf../state/token.json SOUL.md',
    'xargs -0a../state/token.json wc',
    'tool --data=@../state/token.json',
    "tool -F 'a=@SOUL.md;b=<../state/token.json'",
    `grep -hd recurse x ${HOME}`,
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
    'cut -d/ -f1 SOUL.md',
    'tr / _ < SOUL.md',
    'sort -t / -k 2 SOUL.md',
    "awk -F/ '{ print $1 }' SOUL.md",
    'grep -c / SOUL.md',
    'find / -maxdepth 1',
    'find docs -type f | xargs wc -l',
    'cat inside/../SOUL.md',
  ])
    t.same(reasonsOf(command), ['allowed'], command);
});

t.test('a query or a list that names files of its own is not read', async (t) => {
  for (const command of [
    "awk 'BEGIN { ARGV[1] = 1 }'",
    `jq -n 'import "token" as $t {search: "../state"}; $t'`,
    `jq -n 'include # it\n "x"; y'`,
    'jq -rf outputs/filter.jq docs/a.json',
    `yq 'load_str("../state/token.json")'`,
    'sort --files0-from=outputs/list',
    'strings @outputs/list',
  ])
    t.ok(
      reasonsOf(command).includes('command-unparsable'),
      `${command}: ${reasonsOf(command).join()}`,
    );
  t.same(reasonsOf(`jq -r '.import, .include, "load"' docs/a.json`), ['allowed']);
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
