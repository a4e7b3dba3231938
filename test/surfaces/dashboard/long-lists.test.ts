/** A workspace with more of everything than a page shows: no page has a list of over 200 rows. */
import t from 'tap';
import { pageAddresses } from '../../../bench/dashboard-pages.js';
import { makeForDashboard } from '../../../bench/make-dashboard.js';
import { DashboardProcess } from '../../support/dashboard-process.js';
import { longestList } from '../../support/longest-list.js';

const SIZE = { projects: 205, runs: 400, plans: 203, steps: 1, most: 203, questions: 205 };
const NIGHTS = { last: '2012-01-12', longAgo: '2012-01-03' };

t.test('no page shows more than 200 rows of a list', async (t) => {
  const server = await DashboardProcess.start(makeForDashboard(t.testdir(), SIZE));
  t.teardown(() => server.stop('SIGTERM'));
  const entered = await fetch(server.link, { redirect: 'manual' });
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const lengths: number[] = [];
  for (const address of await pageAddresses(NIGHTS)) {
    const answer = await fetch(`${server.origin}${address}`, { headers: { cookie } });
    const length = longestList(await answer.text());
    lengths.push(length);
    t.equal(answer.status, 200, address);
    t.ok(length <= 200, `${address} has a list of ${length}`);
  }
  t.ok(lengths.filter((length) => length === 200).length > 3, 'lists were long enough to be cut');
});
