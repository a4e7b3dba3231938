/** Taking a host out is removing its folder. Everything else works. */
import { join } from 'node:path';
import t from 'tap';
import { installWithout } from '../support/package-without.js';

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

t.test('without any host a whole night of command runners goes as before', async (t) => {
  const directory = t.testdir();
  const { run } = installWithout(
    HOSTS.map(({ host }) => `hosts/${host}`),
    directory,
  );
  const demo = join(directory, 'demo');
  const night = run(['demo', demo]);
  t.equal(night.exit, 0, night.said.slice(-2000));
  t.match(night.said, /Waiting for you \(3\)/);
  for (const words of [['gate'], ['validate'], ['audit', 'verify'], ['status'], ['doctor']]) {
    const { exit, said } = run(words, demo);
    t.equal(exit, 0, `${words.join(' ')}: ${said.slice(-600)}`);
  }
  t.match(run(['validate'], demo).said, /0 errors, 0 warnings/);
  t.match(
    run(['doctor'], demo).said,
    /claude-code \(claude\): no installed host provides runners of this kind/,
  );
  t.match(run(['hooks', 'install'], demo), { exit: 0 }, 'there is nobody to install hooks for');
});

for (const { host, command, listed, hooks } of HOSTS)
  t.test(`${host}: without its folder the rest works, and nothing speaks of it`, async (t) => {
    const directory = t.testdir();
    const { run } = installWithout([`hosts/${host}`], directory);
    t.equal(run(['init', 'own', '--yes', '--owner', 'Ann', '--domain', 'tests']).exit, 0);
    const own = join(directory, 'own');
    for (const words of [['gate'], ['validate'], ['doctor'], ['run', 'manager']]) {
      const { exit, said } = run(words, own);
      t.equal(exit, 0, `${words.join(' ')}: ${said.slice(-600)}`);
    }
    t.equal(run(command, own).exit, 2, 'its commands are not there');
    const help = run(['help', 'all'], own).said;
    t.notMatch(help, listed);
    for (const other of HOSTS.filter((one) => one.host !== host))
      t.match(help, other.listed, `${other.host} is still there`);
    const status = run(['hooks', 'status'], own);
    t.equal(status.exit, 0, status.said);
    if (hooks !== undefined) t.notMatch(status.said, hooks);
  });
