/** Roundtables: one speaker at a time, in order, and silence passes the floor on. */
import t from 'tap';
import { meshTable, meshTables } from '../../../../src/modules/mesh/commands/table.js';
import {
  applyTable,
  reduceTable,
  type Speech,
  type TableSettings,
} from '../../../../src/modules/mesh/table/table.js';
import { MeshRefusal } from '../../../../src/modules/mesh/wire/refusal.js';
import { placeWithProject } from '../../../passes/pass-workspace.js';
import type { SeenRequest } from '../../../support/scripted-openai.js';
import { NO_SERVER } from '../nats-server.js';
import { place, promptOf, ring, run, type Script } from '../talking-mesh.js';

t.setTimeout(120_000);

const SETTINGS: TableSettings = {
  session: 'R-1',
  project: '',
  topic: 'Which data first?',
  chair: 'owner',
  speakers: ['left', 'right'],
  rounds: 2,
  turnMs: 60_000,
};
const opened = { kind: 'opened', settings: SETTINGS } as const;
const speech = (node: string, turn: number, vote: Speech['vote'] = 'continue'): Speech => ({
  ...({ kind: 'spoke', node, turn, sha256: '', summary: '', vote } as const),
  usage: { tokensIn: 1, tokensOut: 1, cost: undefined },
});
const passed = (node: string, turn: number) =>
  ({ kind: 'passed', node, turn, why: 'nothing was heard' }) as const;

t.test('only the one who has the floor is taken', (t) => {
  const table = reduceTable([opened, speech('left', 1)]);
  t.equal(table.floor, 'right');
  for (const event of [speech('left', 2), speech('right', 1), speech('owner', 2), opened])
    t.throws(() => applyTable(table, event), MeshRefusal);
  t.end();
});

for (const [what, events, floors] of [
  [
    'after its rounds',
    [speech('left', 1), speech('right', 2), passed('left', 3), speech('right', 4)],
    ['right', 'left', 'right', 'owner'],
  ],
  [
    'when all agree in one round',
    [speech('left', 1, 'converged'), speech('right', 2, 'converged')],
    ['right', 'owner'],
  ],
  [
    'when somebody who was silent did not agree, not yet',
    [speech('left', 1, 'converged'), passed('right', 2)],
    ['right', 'left'],
  ],
  ['when nobody says anything', [passed('left', 1), passed('right', 2)], ['right', 'owner']],
] as const)
  t.test(`the chair sums up ${what}`, (t) => {
    const seen = events.map((_, at) => reduceTable([opened, ...events.slice(0, at + 1)]).floor);
    t.same(seen, floors);
    t.end();
  });

/** One that speaks, and counts how many speak at the same time. */
function speakers(): { readonly script: (node: string, vote?: string) => Script; most(): number } {
  let [now, most] = [0, 0];
  return {
    most: () => most,
    script:
      (node, vote = 'converged') =>
      () => {
        most = Math.max(most, ++now);
        const after = new Promise<void>((done) => setImmediate(done)).then(() => {
          now--;
        });
        const vote_ = JSON.stringify({ summary: `${node} spoke`, confidence: 1, vote });
        return { say: `I am ${node}.\n\`\`\`json\n${vote_}\n\`\`\``, after };
      },
  };
}

t.test(
  'nodes speak one after the other, and the page has all of it',
  { skip: NO_SERVER },
  async (t) => {
    const { script, most } = speakers();
    const scripts = { owner: script('owner'), left: script('left'), right: script('right') };
    const ringed = await ring(t, scripts);
    const owner = place(ringed);
    const options = { speakers: 'right,left', rounds: '3', wait: true };
    const { text, json } = await run(owner, meshTable, [['Which data first?'], options]);
    t.match(json, {
      said: [{ node: 'right' }, { node: 'left' }, { node: 'owner', summary: 'owner spoke' }],
    });
    t.equal(most(), 1);
    t.match(text, /1\. right[\s\S]*I am right[\s\S]*2\. left[\s\S]*3\. owner/);
    const heard = promptOf(ringed.asked.get('left')?.[0] as SeenRequest);
    t.match(heard, /Data: What was said[\s\S]*I am right/);
    const pages = owner.workspace.snapshot().records('MESH-TABLE');
    t.equal(pages.length, 1);
    t.match(owner.workspace.snapshot().text(pages[0]?.file ?? ''), /I am left/);
  },
);

t.test('the floor passes from one who leaves', { skip: NO_SERVER }, async (t) => {
  const { script } = speakers();
  const left: Script = () => {
    void ringed.nodes.get('left')?.end();
    return { hang: 'silent' };
  };
  const ringed = await ring(t, { owner: script('owner'), left, right: script('right') });
  const options = { speakers: 'left,right', rounds: '1', wait: true };
  const { json } = await run(place(ringed), meshTable, [['Which data first?'], options]);
  t.match(json, {
    said: [{ kind: 'passed', node: 'left' }, { node: 'right' }, { node: 'owner' }],
  });
});

t.test('with the mesh off it says so at once', async (t) => {
  const alone = placeWithProject(t.testdir({}), '');
  await t.rejects(run(alone, meshTable, [['Which?']]), { code: 'CONFIG' });
  t.match(await run(alone, meshTables, [[]]), { text: /^There are no tables\. The mesh is off/ });
});
