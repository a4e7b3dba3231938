/** `plan export`: the branch of a project's repository, pushed after a yes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../../../src/project/field-text.js';
import { type Place, placeWithProject } from '../../../passes/pass-workspace.js';
import {
  attempt,
  fingerprint,
  merge,
  type Owners,
  ownersRepository,
  put,
  run,
} from '../../../passes/repository/owners-repository.js';
import { nocturne } from '../run/plan-place.js';

t.setTimeout(240_000);

const shipped = (page: string): string =>
  readFileSync(new URL(`../../../../../orchestration-os/${page}`, import.meta.url), 'utf8');

type Made = { readonly owners: Owners; readonly place: Place; readonly remote: string };

function made(directory: string, allowed: string | undefined): Made {
  const project = 'pages';
  const owners = ownersRepository(directory, { project });
  const remote = join(directory, 'remote.git');
  run(directory, 'init', '-q', '--bare', remote);
  const row = allowed === undefined ? '' : `| team | channel | ${allowed} | pages | 1 | - |\n`;
  const place = placeWithProject(join(directory, 'place'), '', {
    files: {
      'orchestration-os/REPOSITORIES.md': `${shipped('REPOSITORIES.md')}\n## pages\n\n- **Path:** ${owners.path}\n- **Branch:** main\n- **Export:** git:${remote}\n`,
      'orchestration-os/OPS-DESTINATIONS.md': `${shipped('OPS-DESTINATIONS.md')}${row}`,
    },
  });
  return { owners, place, remote };
}

async function merged({ owners }: Made): Promise<string> {
  attempt(owners, 'RUN-20260301-001', { 'src/new.js': 'x\n' });
  await merge(owners, 'RUN-20260301-001');
  return run(owners.path, 'rev-parse', 'nocturne/pages');
}

t.test('a branch is pushed after a yes for its commit, and not without', async (t) => {
  const directory = t.testdir();
  const here = made(directory, `git:${join(directory, 'remote.git')}`);
  const { owners, place, remote } = here;
  const early = await nocturne(place, 'plan', 'export', 'pages');
  t.match(early.stderr, /has no branch nocturne\/pages yet/);
  const commit = await merged(here);
  const before = fingerprint(owners.path);
  const unasked = await nocturne(place, 'plan', 'export', 'pages');
  t.equal(unasked.exitCode, 5);
  t.match(unasked.stdout, new RegExp(`Nothing was pushed\\..* --yes ${commit}`));
  const other = await nocturne(
    place,
    'plan',
    'export',
    'pages',
    '--yes',
    run(owners.path, 'rev-parse', 'main'),
  );
  t.equal(other.exitCode, 5);
  t.match(other.stdout, /Your yes is for .*, and the branch is at/);
  t.equal(run(remote, 'for-each-ref'), '', 'nothing was pushed');
  const sent = await nocturne(place, 'plan', 'export', 'pages', '--yes', commit, '--json');
  t.equal(sent.exitCode, 0, sent.stderr);
  t.match(JSON.parse(sent.stdout), {
    pushed: true,
    commit,
    text: /- Work of RUN-20260301-001[^]*src\/new\.js/,
  });
  t.equal(run(remote, 'rev-parse', 'refs/heads/nocturne/pages'), commit);
  t.equal(run(remote, 'for-each-ref', '--format=%(refname)'), 'refs/heads/nocturne/pages');
  t.same(fingerprint(owners.path), before);
  const row = place.workspace.snapshot().records('AUDIT').at(-1);
  t.equal(fieldText(row, 'target'), `nocturne/pages@${commit}`);
  t.equal(fieldText(row, 'authorisation'), 'team');
});

t.test('a destination that the list does not have gets nothing', async (t) => {
  const here = made(t.testdir(), undefined);
  const commit = await merged(here);
  const refused = await nocturne(here.place, 'plan', 'export', 'pages', '--yes', commit);
  t.equal(refused.exitCode, 5);
  t.match(refused.stderr, /is not a destination in orchestration-os\/OPS-DESTINATIONS\.md/);
  t.equal(run(here.remote, 'for-each-ref'), '');
});

t.test('what the other side has and the branch has not is never overwritten', async (t) => {
  const directory = t.testdir();
  const here = made(directory, `git:${join(directory, 'remote.git')}`);
  const commit = await merged(here);
  const { owners, place, remote } = here;
  run(directory, 'clone', '-q', owners.path, 'other');
  put(join(directory, 'other'), { 'x.txt': 'x\n' });
  run(join(directory, 'other'), 'add', '-A');
  run(
    join(directory, 'other'),
    '-c',
    'user.name=x',
    '-c',
    'user.email=x@localhost',
    'commit',
    '-qm',
    'x',
  );
  run(join(directory, 'other'), 'push', '-q', remote, 'HEAD:refs/heads/nocturne/pages');
  const sent = await nocturne(place, 'plan', 'export', 'pages', '--yes', commit);
  t.equal(sent.exitCode, 1);
  t.match(sent.stderr, /was not pushed to/);
  t.not(run(remote, 'rev-parse', 'refs/heads/nocturne/pages'), commit);
});
