/** The neighbourhood of a file in R4: both directions, depth, patterns, limits. */
import t from 'tap';
import { neighbourhood } from '../../src/registry/neighbourhood.js';
import { makeWorkspace } from '../support/make-workspace.js';

const { workspace } = makeWorkspace(t.testdir());
t.teardown(() => workspace.close());
const { schema } = workspace.snapshot();
const ALL = { depth: 1, fan: 1000, most: 1000 };

t.test('what is read stands before a file, and who reads it after it', (t) => {
  const { nodes, edges, left } = neighbourhood(schema, 'ACTIVE-PROJECTS.md', ALL);
  t.equal(nodes[0], 'ACTIVE-PROJECTS.md');
  t.equal(left, 0);
  const into = edges.filter(({ to }) => to === 'ACTIVE-PROJECTS.md').map(({ from }) => from);
  const out = edges.filter(({ from }) => from === 'ACTIVE-PROJECTS.md').map(({ to }) => to);
  t.ok(into.includes('BUNDLE:project_pause'), 'a bundle that writes it');
  t.ok(into.includes('PROJECTS/*/LONGRUNNER.md'), 'an object that it refers to');
  t.ok(out.includes('BUNDLE:briefing_write'), 'a bundle that reads it');
  t.equal(into.length + out.length, edges.length, 'nothing that is further away');
  t.end();
});

t.test('the project of a file stands for the star of a pattern', (t) => {
  const { nodes } = neighbourhood(schema, 'PROJECTS/rivers/LONGRUNNER.md', ALL);
  t.ok(nodes.includes('PROJECTS/rivers/PHASES.md'), 'its own phases');
  t.notOk(nodes.includes('PROJECTS/*/PHASES.md'), 'not those of all projects');
  t.end();
});

t.test('an object is the files that it is in', (t) => {
  t.strictSame(
    neighbourhood(schema, 'OBJECT:DISPATCH', ALL),
    neighbourhood(schema, 'ACTIVE-PROJECTS.md', ALL),
  );
  t.end();
});

t.test('a deeper picture has more, and no picture has more than fits', (t) => {
  const near = neighbourhood(schema, 'NOTIFICATIONS.md', ALL);
  const far = neighbourhood(schema, 'NOTIFICATIONS.md', { ...ALL, depth: 2 });
  t.ok(far.nodes.length > near.nodes.length);
  const small = neighbourhood(schema, 'NOTIFICATIONS.md', { depth: 3, fan: 8, most: 20 });
  t.equal(small.nodes.length, 20);
  t.ok(small.left > 0);
  for (const { from, to } of small.edges)
    t.ok(small.nodes.includes(from) && small.nodes.includes(to));
  const fan = neighbourhood(schema, 'NOTIFICATIONS.md', { ...ALL, fan: 3 });
  t.ok(fan.nodes.length <= 1 + 3 + 3, 'three on each side');
  t.equal(fan.nodes.length + fan.left, near.nodes.length, 'the others are counted');
  t.end();
});

t.test('what no edge knows is alone', (t) => {
  t.strictSame(neighbourhood(schema, 'no/such/file.txt', ALL), {
    nodes: ['no/such/file.txt'],
    edges: [],
    left: 0,
  });
  t.end();
});
