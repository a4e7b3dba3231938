/**
 * Taking a module out: its folder and its row of R8, or its folder alone. Everything else works.
 */
import { join } from 'node:path';
import t from 'tap';
import { installWithout } from '../support/package-without.js';

t.setTimeout(300_000);

/**
 * `command`: one of the module's, `help` how one of them stands in the help; `enabled`: its row of
 * R8 is shipped with a yes.
 */
const MODULES: readonly {
  readonly module: string;
  readonly command: readonly string[];
  readonly help: RegExp;
  readonly enabled: boolean;
  /** What the listing of the MCP server then says. */
  readonly listed?: RegExp;
}[] = [
  { module: 'completion', command: ['tasks', 'list'], help: /tasks list/, enabled: true },
  {
    module: 'knowledge',
    command: ['knowledge', 'stats'],
    help: /knowledge (?:search|index)/,
    enabled: true,
    listed: /8 tools/,
  },
  { module: 'inbound', command: ['inbox', 'list'], help: /inbox list/, enabled: false },
];

for (const { module, command, help, enabled, listed } of MODULES) {
  t.test(`${module}: without its folder and its row a whole night goes as before`, async (t) => {
    const directory = t.testdir();
    const { run } = installWithout([`modules/${module}`], directory, { row: false });
    const night = run(['demo', join(directory, 'demo')]);
    t.equal(night.exit, 0, night.said.slice(-2000));
    t.match(night.said, /Wanted from you \(3\)/);
    const demo = join(directory, 'demo');
    for (const words of [
      ['gate'],
      ['validate'],
      ['audit', 'verify'],
      ['modules', 'list'],
      ['modules', 'run'],
      ['status'],
    ]) {
      const { exit, said } = run(words, demo);
      t.equal(exit, 0, `${words.join(' ')}: ${said.slice(-600)}`);
    }
    t.match(run(['validate'], demo).said, /0 errors, 0 warnings/);
    t.equal(run(command, demo).exit, 2, 'its commands are not there');
    t.notMatch(run(['help'], demo).said, help);
  });

  t.test(
    `${module}: without its folder alone the passes go on, and validate says whether nothing is called`,
    async (t) => {
      const directory = t.testdir();
      const { run } = installWithout([`modules/${module}`], directory);
      t.equal(run(['init', 'own', '--yes', '--owner', 'Ann', '--domain', 'tests']).exit, 0);
      const own = join(directory, 'own');
      if (listed !== undefined) t.match(run(['mcp', '--list'], own).said, listed);
      const { exit, said } = run(['run', 'manager'], own);
      t.equal(exit, 0, said);
      const found = run(['validate'], own).said;
      const uncalled = new RegExp(
        `module-watch +the module ${module} is enabled, but not installed`,
      );
      if (enabled) t.match(found, uncalled);
      else t.notMatch(found, uncalled);
    },
  );
}
