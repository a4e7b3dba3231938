/** What a page says in a field has to be readable before it is signed. */
import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { makeWorkspace } from '../../support/make-workspace.js';
import { SPENDING, spendingPage } from '../../modules/meter/spending-place.js';
import { callCommand } from './run-cli.js';

t.setTimeout(120_000);

t.test('a number that cannot be read is an error at its line, and nothing is signed', async (t) => {
  const place = makeWorkspace(t.testdir());
  place.workspace.close();
  const path = `${place.root}/USER.md`;
  const page = readFileSync(path, 'utf8');
  const line = page.split('\n').findIndex((text) => text.includes('**Night tokens:**')) + 1;
  for (const value of ['1,000', '1.000', '1 000', 'many']) {
    writeFileSync(path, page.replace('**Night tokens:** -', `**Night tokens:** ${value}`));
    const refused = await callCommand(place, ['sign', '--all', '--yes']);
    t.not(refused.exit, 0, value);
    t.match(refused.json['error'], { file: 'USER.md', line }, value);
    t.match(refused.text, /expected a whole number/, value);
    t.equal((await callCommand(place, ['gate'])).exit, 3, 'it is not the signed version');
  }
  writeFileSync(path, page.replace('**Night tokens:** -', '**Night tokens:** 1000'));
  const signed = await callCommand(place, ['sign', '--all', '--yes']);
  t.equal(signed.exit, 0, signed.text);
});

t.test('two prices of a model, or a limit without a number, are not signed', async (t) => {
  const place = makeWorkspace(t.testdir());
  place.workspace.close();
  const price = (input: number): string =>
    `| m | - | ${input} | 2 | - | - | - | USD | 2026-11-01 |`;
  for (const [rows, why] of [
    [{ prices: [price(1), price(9)] }, /twice|same key|m/],
    [{ limits: ['| night | - | - | - | - |'] }, /limits nothing/],
  ] as const) {
    writeFileSync(`${place.root}/${SPENDING}`, spendingPage(rows));
    const refused = await callCommand(place, ['sign', '--all', '--yes']);
    t.match(refused.text, why);
    t.match(refused.json['error'], { code: 'BAD_VALUE', file: SPENDING });
  }
  writeFileSync(`${place.root}/${SPENDING}`, spendingPage({ prices: [price(1)] }));
  t.equal((await callCommand(place, ['sign', '--all', '--yes'])).exit, 0);
});
