/** `nocturne log RUN` shows what a pass changed, line by line. */
import t from 'tap';
import { worker } from '../../src/passes/worker/worker.js';
import { callCommand } from '../surfaces/cli/run-cli.js';
import { environment, placeWithProject, REPORT } from './pass-workspace.js';

t.setTimeout(120_000);

const KEY = ['sk', 'ant', 'api03', 'k'.repeat(93)].join('-');
const AGENT = `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
writeFileSync('outputs/page.md', '# Page\\n\\none\\ntwo, changed\\nthree\\n\\u001b[2Jfour\\n');
writeFileSync('outputs/long.md', Array.from({ length: 300 }, (_, i) => 'line ' + i).join('\\n') + '\\n');
writeFileSync('outputs/picture.bin', Buffer.from([0, 255, 254, 1]));
${REPORT}`;

t.test('the lines before and after, bounded, and without credentials', async (t) => {
  const place = placeWithProject(t.testdir(), AGENT, {
    files: { 'PROJECTS/pages/outputs/page.md': `# Page\n\none\ntwo ${KEY}AA\nthree\n` },
  });
  const { data } = await worker(environment(place), { role: 'worker' });
  const { text, exit } = await callCommand(place, ['log', data.runId]);
  t.equal(exit, 0, text);
  const [, differences = ''] = text.split('\nDifferences\n');
  for (const shown of [
    /^ {2}wrote PROJECTS\/pages\/outputs\/page\.md\n {4}--- PROJECTS\/pages\/outputs\/page\.md\n {4}\+\+\+ /m,
    /^ {4}-two .*\n {4}\+two, changed$/m,
    /^ {5}three$/m,
    /^ {4}--- \/dev\/null\n {4}\+\+\+ PROJECTS\/pages\/outputs\/long\.md$/m,
    /^ {4}\+line 76\n {4}… 223 more lines$/m,
    /picture\.bin\n {4}\(not text: nothing before, 4 bytes after\)/,
  ])
    t.match(differences, shown);
  t.notMatch(text, KEY.slice(0, 40));
  const { json } = await callCommand(place, ['log', data.runId]);
  t.match(json, {
    differences: [{ path: /long\.md/ }, { path: /page\.md/, diff: /\+two, changed/ }, {}],
  });
});
