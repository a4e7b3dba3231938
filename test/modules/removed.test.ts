/**
 * Taking a module out: its folder before a workspace is made, or after. Everything else works.
 */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { toolsOf } from '../../src/tools/tools.js';
import { installPackage } from '../support/installed-package.js';

t.setTimeout(600_000);

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
    listed: new RegExp(`${toolsOf('mcp').length} tools`),
  },
  { module: 'meter', command: ['spend'], help: /spend stop/, enabled: true },
  { module: 'inbound', command: ['inbox', 'list'], help: /inbox list/, enabled: false },
  { module: 'jobs', command: ['job', 'list'], help: /job list/, enabled: true },
  { module: 'channels', command: ['channels', 'list'], help: /channels list/, enabled: true },
  { module: 'mesh', command: ['mesh', 'status'], help: /mesh status/, enabled: true },
  { module: 'rules', command: ['rules', 'list'], help: /rules list/, enabled: true },
];

const { run, ask, remove, home } = installPackage(t);
const directory = t.testdirName;
const [own, kept] = [join(directory, 'own'), join(directory, 'kept')];
const made = run(['init', 'own', '--yes', '--owner', 'Ann', '--domain', 'tests']);
cpSync(own, join(kept, 'own'), { recursive: true });
cpSync(home, join(kept, 'home'), { recursive: true });

/** The workspace and what is kept of it outside, as they were made with all modules. */
function startAgain(): void {
  for (const place of [own, home]) rmSync(place, { recursive: true });
  cpSync(kept, directory, { recursive: true });
}

for (const { module, command, help, enabled, listed } of MODULES)
  t.test(`without ${module}`, async (t) => {
    const demo = join(directory, `demo-${module}`);
    t.equal(made.exit, 0, made.said);
    startAgain();
    t.teardown(remove(`modules/${module}`));

    await t.test(
      'a workspace made without it has nothing of it, and a whole night goes as before',
      async (t) => {
        const night = await ask(['demo', demo]);
        t.equal(night.exit, 0, night.said.slice(-2000));
        t.match(night.said, /Waiting for you \(3\)/);
        for (const words of [
          ['gate'],
          ['validate'],
          ['audit', 'verify'],
          ['modules', 'list'],
          ['modules', 'run'],
          ['status'],
        ]) {
          const { exit, said } = words[0] === 'gate' ? run(words, demo) : await ask(words, demo);
          t.equal(exit, 0, `${words.join(' ')}: ${said.slice(-600)}`);
        }
        t.match((await ask(['validate'], demo)).said, /0 errors, 0 warnings/);
        t.notMatch(readFileSync(join(demo, 'REGISTRY.md'), 'utf8'), `## Module ${module}`);
        t.equal((await ask(command, demo)).exit, 2, 'its commands are not there');
        t.notMatch((await ask(['help'], demo)).said, help);
      },
    );

    await t.test('a workspace made with it goes on without it, with one warning', async (t) => {
      if (listed !== undefined) t.match((await ask(['mcp', '--list'], own)).said, listed);
      const { exit, said } = await ask(['run', 'manager'], own);
      t.equal(exit, 0, said);
      const found = (await ask(['validate'], own)).said;
      t.match(found, /0 errors, 1 warning/);
      const warning = enabled
        ? `module-watch +the module ${module} is enabled, but not installed`
        : `module-watch +the module ${module} is not installed: nothing uses its section`;
      t.match(found, new RegExp(warning));

      t.match((await ask(['upgrade'], own)).said, /REGISTRY\.md/);
      t.equal((await ask(['sign', '--all', '--yes'], own)).exit, 0);
      t.notMatch(readFileSync(join(own, 'REGISTRY.md'), 'utf8'), `## Module ${module}`);
      t.equal((await ask(['run', 'manager'], own)).exit, 0);
      t.match((await ask(['validate'], own)).said, /0 errors, 0 warnings/);
    });
  });
