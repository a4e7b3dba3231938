/** The page Findings over a workspace with planted faults: frames, groups, pages, one repair. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findings } from '../../../src/surfaces/dashboard/pages/findings/findings.js';
import { rule } from '../../../src/surfaces/dashboard/pages/findings/rule.js';
import { pagesOf, textOfHtml } from '../../support/page-of.js';
import { placeWithProject, WRITES_PAGE } from '../../passes/pass-workspace.js';
import { callCommand } from '../cli/run-cli.js';

t.setTimeout(120_000);

const DISPATCH = 'ACTIVE-PROJECTS.md';
const LINKS = 250;

t.test('findings stand with their line, by rule or by file, 200 on a page', async (t) => {
  const soul = readFileSync(new URL('../../../../SOUL.md', import.meta.url), 'utf8');
  const domain = soul.replace('**Domain anchor:** -', '**Domain anchor:** gardens for towns');
  const place = placeWithProject(t.testdir(), WRITES_PAGE, { files: { 'SOUL.md': domain } });
  const pages = pagesOf(t, place);
  t.match(
    textOfHtml(await pages.of(findings)),
    /^ ?The check is running\./,
    'no page waits for it',
  );
  await pages.settled();
  t.match(
    textOfHtml(await pages.of(findings)),
    /Clean Nothing is wrong in \d+ files with \d+ records, checked at \d\d:\d\d:\d\d\./,
  );

  const dispatch = join(place.root, DISPATCH);
  writeFileSync(dispatch, readFileSync(dispatch, 'utf8').replace('| active |', '| Active |'));
  const links = Array.from({ length: LINKS }, (_, i) => `See [<script>](none-${i}.md).`);
  writeFileSync(join(place.root, 'PROJECTS/pages/NOTES.md'), `# Notes\n\n${links.join('\n\n')}\n`);
  pages.changes.touch();
  t.match(textOfHtml(await pages.of(findings)), /Something has changed since then/);
  await pages.settled();

  const byRule = await pages.of(findings);
  t.match(textOfHtml(byRule), /1 error, 250 warnings in \d+ files/);
  t.match(byRule, /\| Active \|[\s\S]*?\^{6}/, 'a caret stands below the value');
  t.match(textOfHtml(byRule), /expected one of active, .* found Active/);
  t.match(byRule, /href="\/findings\/rules\/field-contract"/);
  t.equal(byRule.match(/<article/g)?.length, 200);
  t.match(byRule, /1 to 200 of 251[\s\S]*href="\/findings\?by=rule&amp;from=200"/);
  t.notMatch(byRule, /<script>/, 'what a file has is text');
  t.equal(byRule.match(/action="\/act\/fix-finding"/g)?.length, 1, 'only one can be repaired');

  const rest = await pages.of(findings, { query: { from: '200' } });
  t.equal(rest.match(/<article/g)?.length, 51);
  const ofFile = await pages.of(findings, { query: { by: 'file', only: DISPATCH } });
  t.equal(ofFile.match(/<article/g)?.length, 1);
  t.match(await pages.of(rule, { params: { rule: 'link-broken' } }), /<h2>Bad<\/h2>/);
});

t.test('one finding is repaired, and its difference shown before', async (t) => {
  const place = placeWithProject(t.testdir(), WRITES_PAGE);
  const dispatch = join(place.root, DISPATCH);
  const before = readFileSync(dispatch, 'utf8');
  const bad = before
    .replace('| active |', '| Active |')
    .replace(
      /^.*\| Active \|.*$/m,
      (row) => `${row}\n${row.replaceAll('pages', 'other').replace('| 1 |', '| 2 |')}`,
    );
  writeFileSync(dispatch, bad);
  const line = bad.split('\n').findIndex((row) => row.includes('| Active |')) + 1;
  const fix = ['validate', '--fix', '--rule', 'field-contract', '--at', `${DISPATCH}:${line}`];
  const shown = await callCommand(place, [...fix, '--dry-run']);
  t.match(shown.text, /^-.*\| Active \|.*\n\+.*\| active \|/m);
  t.equal(shown.text.match(/^[-+]\|/gm)?.length, 2, 'exactly that row');
  t.equal(readFileSync(dispatch, 'utf8'), bad, 'nothing was written');
  t.match(await callCommand(place, fix), { exit: 0, text: `Repaired ${DISPATCH}:${line}.` });
  t.match(readFileSync(dispatch, 'utf8'), /\| active \|.*\n.*\| Active \|/, 'the other row stays');
  t.match(await callCommand(place, fix), {
    exit: 2,
    json: {
      error: { code: 'NOT_FOUND', message: `nothing at ${DISPATCH}:${line} can be repaired` },
    },
  });
  for (const words of [
    ['--at', 'x:1'],
    ['--fix', '--at', 'nowhere'],
  ])
    t.match(await callCommand(place, ['validate', ...words]), {
      json: { error: { code: 'USAGE' } },
    });
});
