/** The exit code of a night: whether anything came of its passes. */
import t from 'tap';
import { placeWithProject, REPORT } from '../../passes/pass-workspace.js';
import { callCommand } from './run-cli.js';

t.setTimeout(180_000);

const WRITES = `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', '# Page\\n\\n## Entries\\n\\n- name: one\\n- name: two\\n');
`;
/** Fails in its first pass, and writes in the second. */
const FAILS_ONCE = `import { existsSync } from 'node:fs';
if (!existsSync('outputs')) { const { mkdirSync } = await import('node:fs'); mkdirSync('outputs'); process.exit(1); }
`;

t.test(
  'a night in which every pass failed exits with 1, and one with a good pass with 0',
  async (t) => {
    const directory = t.testdir();
    const cases = [
      { name: 'all failed', agent: 'process.exit(1);', exit: 1 },
      { name: 'one of two failed', agent: `${FAILS_ONCE}${WRITES}${REPORT}`, exit: 0 },
      { name: 'all succeeded', agent: `${WRITES}${REPORT}`, exit: 0 },
    ];
    for (const [i, { name, agent, exit }] of cases.entries()) {
      const place = placeWithProject(`${directory}/${i}`, agent);
      const called = await callCommand(place, ['night', '--passes', '2']);
      t.equal(called.exit, exit, name);
      t.ok(Array.isArray(called.json['runs']), 'what happened is printed whatever the code');
    }
  },
);

t.test('a night without work exits with 0', async (t) => {
  const place = placeWithProject(t.testdir(), 'process.exit(1);');
  await callCommand(place, ['project', 'pause', 'pages']);
  t.equal((await callCommand(place, ['night', '--passes', '2'])).exit, 0);
});
