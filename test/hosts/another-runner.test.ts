/**
 * A runner for another agent of the command line is one folder with a `host.ts`, and this test. The
 * folder is put beside the others; nothing else of the package changes.
 */
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { tiersWithIdle } from '../passes/pass-workspace.js';
import { addHost, installPackage } from '../support/installed-package.js';

t.setTimeout(300_000);

const AGENT = `#!${process.execPath}
import { readFileSync } from 'node:fs';
const prompt = readFileSync(0, 'utf8');
console.log('read ' + prompt.length + ' characters, asked ' + process.argv.slice(2).join(' '));
console.log('\`\`\`nocturne-report');
console.log('summary: the other agent did its work');
console.log('\`\`\`');
`;

t.test('a pass is done by a runner of a kind that only its folder knows', async (t) => {
  const installed = installPackage(t);
  const directory = t.testdirName;
  const { run, ask } = installed;
  t.equal((await ask(['init', 'own', '--yes', '--owner', 'Ann', '--domain', 'tests'])).exit, 0);
  const own = join(directory, 'own');
  const program = join(directory, 'programs/other-agent.mjs');
  mkdirSync(join(program, '..'));
  writeFileSync(program, AGENT);
  chmodSync(program, 0o755);
  appendFileSync(
    join(own, 'orchestration-os/RUNNERS.md'),
    `\n## other another agent\n\n- **Kind:** other\n- **Program:** ${program}\n`,
  );
  writeFileSync(join(own, 'MODEL-TIERS.md'), tiersWithIdle());
  t.equal((await ask(['sign', '--all', '--yes'], own)).exit, 0);
  t.match((await ask(['validate'], own)).said, /0 errors/);
  t.match(
    (await ask(['doctor'], own)).said,
    /other \(other\): no installed host provides runners of this kind/,
    'without the folder the owner is told',
  );

  addHost(installed, 'other-agent');
  t.match(run(['doctor'], own).said, /other \(other\) is there/);
  const pass = run(['run', 'worker', '--runner', 'other'], own);
  t.match(
    pass.said,
    /FAIL: .*the agent says: "the other agent did its work"/,
    'it was heard, and wrote nothing',
  );
  t.equal(pass.exit, 1);
});
