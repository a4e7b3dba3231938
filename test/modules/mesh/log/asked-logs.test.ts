/** Questions about logs and questions to agents are two stores. */
import t from 'tap';
import { openAsks, writeAsk } from '../../../../src/modules/mesh/calls/ask-store.js';
import { askedLogs, askLog } from '../../../../src/modules/mesh/log/asked-logs.js';

t.test('a question to an agent is none about a log, nor the other way round', async (t) => {
  const state = t.testdir();
  const ask = { name: 'left.0123456789abcdef', from: 'left', objective: 'Look.', agent: '' };
  writeAsk(state, { ...ask, until: 2 });
  t.same(askedLogs(state), []);
  const asked = askLog(state, 'left', 300);
  t.match(askedLogs(state), [{ node: 'left' }]);
  t.same(openAsks(state, 1), [{ ...ask, until: 2 }]);
  t.equal(await asked, undefined);
});
