/** The page Spend: sums with what they do not tell, limits, and the minutes of passes. */
import t from 'tap';
import { openAccounts } from '../../../src/modules/meter/ledger/accounts.js';
import { meterDirectory } from '../../../src/modules/meter/live-meter.js';
import { spendPage } from '../../../src/modules/meter/pages/spend-page.js';
import { fixedClock } from '../../../src/kernel/clock.js';
import { NOT_ENFORCED, SPENDING } from '../../../src/passes/spending-row.js';
import { pagesOf, textOfHtml } from '../../support/page-of.js';
import { callCommand } from '../../surfaces/cli/run-cli.js';
import { ASK, CALL } from './ledger-place.js';
import { type SpendingPlace, spendingPlace } from './spending-place.js';

t.setTimeout(120_000);

const ROWS = {
  prices: ['| gpt-5 | - | 1 | 4 | - | - | - | EUR | 2026-11-01 |'],
  limits: ['| month | - | - | 0.02 | - |', '| project | pages | 20000 | - | - |'],
};

function calls(place: SpendingPlace): void {
  const accounts = openAccounts({
    directory: meterDirectory(place.workspace.state),
    clock: place.workspace.clock,
    zone: () => 'UTC',
    limits: () => [],
  });
  for (const [time, settled, project] of [
    ['2026-11-20T23:00:00Z', true, 'pages'],
    ['2026-11-21T23:00:00Z', undefined, 'pages'],
    ['2026-11-22T01:00:00Z', false, '<b>garden</b>'],
  ] as const) {
    place.clock.time = new Date(time);
    const call = accounts.reserve({ ...CALL, project }, ASK);
    if (call.kind !== 'reserved' || settled === undefined) continue;
    const usage = { input: 1000, output: 500, cacheRead: 0, cacheWrite: 0 };
    accounts.settle(call.id, settled ? { kind: 'counted', usage } : { kind: 'unconfirmed' });
  }
  accounts.close();
}

/** 90 minutes, by a runner that logs in by itself. */
function passWithoutMeter({ workspace, clock }: SpendingPlace): void {
  clock.time = new Date('2026-11-21T22:00:00Z');
  const runId = 'RUN-20261121-009';
  const fields = {
    ...{ run_id: runId, role: 'worker', runner: 'claude-code', model: 'opus', project: 'pages' },
    ...{ tokens_in: 500, tokens_out: 200, cost: 0.4, integrity: 'pass', outcome: 'STRONG' },
    ...{ started: '2026-11-21T20:00:00Z', ended: '2026-11-21T21:30:00Z' },
  };
  const row = { step: 'T9', type: SPENDING, target: runId, authorisation: '', detail: '' };
  workspace.commit({
    actor: { kind: 'nocturne', name: 'test' },
    runId,
    reason: 'a pass',
    changes: [{ kind: 'append', object: 'RUN', fields }],
    audit: [{ ...row, result: NOT_ENFORCED }],
  });
}

t.test('money, tokens and minutes stand against the limits', async (t) => {
  const place = spendingPlace(t.testdir(), ROWS);
  const options = { clock: fixedClock('2026-11-22T10:00:00Z') };
  const pages = pagesOf(t, place, options);
  t.match(textOfHtml(await pages.of(spendPage)), /EUR 0\.00 tokens 0 .*No pass worked/);
  calls(place);
  passWithoutMeter(place);
  const html = await pages.of(spendPage);
  const page = textOfHtml(html);
  t.match(page, /EUR 0\.0210 tokens 7,500 minutes of passes 90 passes 1 calls 3/);
  t.match(page, /2026-11-01 to 2026-11-22 \(UTC\)/);
  t.match(page, /reserved 0\.0090 EUR Running calls have reserved it/);
  t.match(page, /unconfirmed 0\.0090 EUR/);
  t.match(page, /not enforced 0\.4000 EUR In addition: .* 1 pass;/);
  t.match(page, /month: used up 0\.4210 EUR 0\.0200 EUR/);
  t.match(page, /pages 5,200 tokens 20,000 tokens/);
  t.match(page, /By project .*pages 0\.0120 4,500 90\.0 1 2/);
  t.match(page, /By model .*gpt-5 0\.0210 7,500 3 .*opus 90\.0 1/);
  t.match(
    html,
    /data-plot="[^"]*&quot;y&quot;:\[0,(?:0,)+0\.003,0\.009,0\.009\]/,
    'a day, a value',
  );
  t.match(page, /2026-11-21 0\.0090 3,000 90\.0 1 1/, 'and the same as a table');
  t.notMatch(html, /<b>garden/);
  t.match(textOfHtml(await pages.of(spendPage, { query: { since: '2026-11-22' } })), /calls 1 /);
  await t.rejects(pages.of(spendPage, { query: { since: '<i>' } }), { code: 'USAGE' });
});

t.test('spending is stopped and resumed after a preview', async (t) => {
  const place = spendingPlace(t.testdir(), ROWS);
  const options = { clock: fixedClock('2026-11-22T10:00:00Z') };
  const pages = pagesOf(t, place, options);
  const call = (...words: string[]) => callCommand(place, words, options);
  t.match(await call('spend', 'stop', '--dry-run'), { text: /until 2026-11-23 00:00/ });
  t.match(await pages.of(spendPage), /action="\/act\/spend-stop"/, 'a preview stops nothing');
  await call('spend', 'stop');
  t.match(textOfHtml(await pages.of(spendPage)), /Stopped No call .* until 2026-11-23 00:00\./);
  await call('spend', 'resume', '--dry-run');
  t.match(await pages.of(spendPage), /action="\/act\/spend-resume"/);
  await call('spend', 'resume');
  t.match(await pages.of(spendPage), /action="\/act\/spend-stop"/);
});
