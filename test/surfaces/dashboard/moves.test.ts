/** Which moves of a card a command carries out, for every pair of columns of the board. */
import t from 'tap';
import {
  type Move,
  moveOf,
  movesFrom,
  refusalsTo,
  statusesOf,
} from '../../../src/surfaces/dashboard/pages/projects/moves.js';
import { makeWorkspace } from '../../support/make-workspace.js';

const { workspace } = makeWorkspace(t.testdir());
t.teardown(() => workspace.close());
const { schema } = workspace.snapshot();

/** From each status to each: the command, or nothing. */
const ALLOWED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  active: { paused: 'project pause', abandoned: 'project abandon' },
  blocked: { paused: 'project pause', abandoned: 'project abandon' },
  paused: { active: 'project resume', abandoned: 'project abandon' },
  'transition-hold': { paused: 'project pause', abandoned: 'project abandon' },
  complete: { abandoned: 'project abandon' },
  abandoned: {},
};

t.test('the columns are the statuses that REGISTRY.md knows', (t) => {
  t.strictSame(statusesOf(schema), Object.keys(ALLOWED));
  t.end();
});

t.test('a card moves where a command can move it, and nowhere else', (t) => {
  for (const [from, moves] of Object.entries(ALLOWED))
    for (const to of statusesOf(schema)) {
      const move = moveOf(schema, from, to);
      const command = move.kind === 'allowed' ? move.command : undefined;
      t.equal(command, moves[to], `${from} to ${to}`);
    }
  t.end();
});

t.test('what cannot be done is refused with its reason', (t) => {
  const why = (from: string, to: string): string => whyOf(moveOf(schema, from, to));
  t.equal(why('active', 'active'), 'It is already active.');
  t.match(
    why('active', 'complete'),
    /^No command sets a project to complete\. Passes do \(.*project_complete/,
  );
  t.match(
    why('active', 'blocked'),
    /^No command sets a project to blocked\. Passes do \(route_block\)/,
  );
  t.equal(
    why('blocked', 'active'),
    'nocturne project resume takes a project that is paused; this one is blocked.',
  );
  t.equal(
    why('complete', 'paused'),
    'nocturne project pause takes a project that is active or blocked or transition-hold; this one is complete.',
  );
  for (const to of statusesOf(schema))
    t.equal(
      Object.keys(refusalsTo(schema, to)).length,
      statusesOf(schema).filter((from) => moveOf(schema, from, to).kind === 'refused').length,
    );
  t.end();
});

t.test('the menu of a card has the moves of its status', (t) => {
  const labels = (status: string) => movesFrom(schema, status).map(({ label }) => label);
  t.strictSame(labels('active'), ['Pause', 'Abandon']);
  t.strictSame(labels('paused'), ['Resume', 'Abandon']);
  t.strictSame(labels('abandoned'), []);
  t.end();
});

function whyOf(move: Move): string {
  return move.kind === 'refused' ? move.why : `allowed by ${move.command}`;
}
