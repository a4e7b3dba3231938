/** A pass whose model is on another machine: its runner names only the mesh. */
import t from 'tap';
import { module as meter } from '../../../../src/modules/meter/module.js';
import { worker } from '../../../../src/passes/worker/worker.js';
import { environment, read } from '../../../passes/pass-workspace.js';
import { scriptedOpenai, SCRIPTED_REPORT } from '../../../support/scripted-openai.js';
import { KEY } from '../../meter/server/running-meter.js';
import { NO_SERVER } from '../nats-server.js';
import { modelMesh } from './model-mesh.js';

t.setTimeout(120_000);

t.test('a pass works with a model of another machine', { skip: NO_SERVER }, async (t) => {
  const path = 'PROJECTS/pages/outputs/page.md';
  const content = '# Page\n\n## Entries\n\n- name: one\n- name: two\n';
  const model = await scriptedOpenai([
    { call: [{ name: 'write', arguments: { path, content } }] },
    { say: SCRIPTED_REPORT, usage: { prompt_tokens: 900, completion_tokens: 60 } },
  ]);
  t.teardown(() => model.close());
  const mesh = await modelMesh(t, { endpoint: model.endpoint });
  const { place } = mesh.laptop;
  const report = await worker(environment(place, { modules: [meter], env: {} }), {
    role: 'worker',
  });
  t.match(report.outcome, /^(?:ADEQUATE|GOOD|EXCELLENT)/);
  t.equal(read(place, path), content);
  t.same(
    model.requests.map(({ headers }) => headers.authorization),
    [`Bearer ${KEY}`, `Bearer ${KEY}`],
  );
  const [near, far] = [mesh.rows(mesh.laptop), mesh.rows(mesh.gpu)];
  t.equal(near.length, 4, 'two calls, on the account of the pass');
  t.match(near[0], { kind: 'reserve', runId: report.data.runId, runner: 'boxed' });
  t.match(far[0], { kind: 'reserve', runId: 'MESH-laptop.boxed', model: 'small' });
  for (const rows of [near, far]) t.match(rows.at(-1), { how: 'counted', input: 900, output: 60 });
});
