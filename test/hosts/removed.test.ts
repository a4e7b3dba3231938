/** Taking a host out is removing its folder. Everything else works. */
import { join } from 'node:path';
import t from 'tap';
import { installPackage } from '../support/installed-package.js';

t.setTimeout(300_000);

/** `command`: one of the host's; `listed`: how it stands in the help. */
const HOSTS: readonly {
  readonly host: string;
  readonly command: readonly string[];
  readonly listed: RegExp;
  readonly hooks?: RegExp;
}[] = [
  { host: 'openclaw', command: ['cron', 'list'], listed: /cron install/ },
  {
    host: 'claude-code',
    command: ['hook', 'claude-code'],
    listed: /hook claude-code/,
    hooks: /^Claude Code:/m,
  },
  { host: 'git', command: ['hook', 'git', 'pre-commit'], listed: /hook git/, hooks: /^git:/m },
];

const { run, ask, remove } = installPackage(t);
const directory = t.testdirName;

t.test('without any host a whole night of command runners goes as before', async (t) => {
  for (const { host } of HOSTS) t.teardown(remove(`hosts/${host}`));
  const demo = join(directory, 'demo');
  const night = run(['demo', demo]);
  t.equal(night.exit, 0, night.said.slice(-2000));
  t.match(night.said, /Waiting for you \(3\)/);
  for (const words of [['gate'], ['validate'], ['audit', 'verify'], ['status'], ['doctor']]) {
    const { exit, said } = words[0] === 'gate' ? run(words, demo) : await ask(words, demo);
    t.equal(exit, 0, `${words.join(' ')}: ${said.slice(-600)}`);
  }
  t.match((await ask(['validate'], demo)).said, /0 errors, 0 warnings/);
  t.match(
    (await ask(['doctor'], demo)).said,
    /claude-code \(claude\): no installed host provides runners of this kind/,
  );
  t.match(
    await ask(['hooks', 'install'], demo),
    { exit: 0 },
    'there is nobody to install hooks for',
  );
});

for (const { host, command, listed, hooks } of HOSTS)
  t.test(`${host}: without its folder the rest works, and nothing speaks of it`, async (t) => {
    t.teardown(remove(`hosts/${host}`));
    const made = await ask(['init', host, '--yes', '--owner', 'Ann', '--domain', 'tests']);
    t.equal(made.exit, 0, made.said);
    const own = join(directory, host);
    for (const words of [['gate'], ['validate'], ['doctor'], ['run', 'manager']]) {
      const { exit, said } = words[0] === 'gate' ? run(words, own) : await ask(words, own);
      t.equal(exit, 0, `${words.join(' ')}: ${said.slice(-600)}`);
    }
    t.equal(run(command, own).exit, 2, 'its commands are not there');
    const help = (await ask(['help', 'all'], own)).said;
    t.notMatch(help, listed);
    for (const other of HOSTS.filter((one) => one.host !== host))
      t.match(help, other.listed, `${other.host} is still there`);
    const status = await ask(['hooks', 'status'], own);
    t.equal(status.exit, 0, status.said);
    if (hooks !== undefined) t.notMatch(status.said, hooks);
  });
