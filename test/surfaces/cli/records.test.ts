import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { systemClock } from '../../../src/kernel/clock.js';
import { fieldText } from '../../../src/project/field-text.js';
import { beginPass } from '../../../src/passes/host/host-driver.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { environment, type Place, placeWithProject } from '../../passes/pass-workspace.js';
import { FAKED_CLOCK } from '../../support/faked-clock.js';
import { type CliCase, runCases } from './cases.js';
import { callForText } from './run-cli.js';

const place = (directory: string): Place =>
  placeWithProject(directory, '', { writes: '["outputs/**", "LONGRUNNER-DRAFT.md"]' });
const value = (at: Place, address: string): string =>
  openWorkspace(at.root, { home: at.home, clock: systemClock }).snapshot().locate(address).cell
    ?.value ?? '';
const lastAudit = (at: Place): Readonly<Record<string, string>> => {
  const row = openWorkspace(at.root, { home: at.home, clock: systemClock })
    .snapshot()
    .records('AUDIT')
    .at(-1);
  return Object.fromEntries(
    ['step', 'type', 'target', 'authorisation', 'result', 'run_id', 'detail'].map((name) => [
      name,
      fieldText(row, name),
    ]),
  );
};
const row = 'ACTIVE-PROJECTS.md#pages';
const objective = 'PROJECTS/pages/LONGRUNNER.md#next_pass.objective';

const owners: readonly CliCase<Place>[] = [
  {
    that: 'a value has its place',
    words: ['get', `${row}.priority`],
    exit: 0,
    json: {
      ok: true,
      address: `${row}.priority`,
      value: '1',
      file: 'ACTIVE-PROJECTS.md',
      line: 10,
      column: 3,
    },
  },
  {
    that: 'a structure comes as a structure',
    words: ['get', 'PROJECT[pages].next_pass.writes'],
    exit: 0,
    json: { value: ['outputs/**', 'LONGRUNNER-DRAFT.md'], file: 'PROJECTS/pages/LONGRUNNER.md' },
  },
  {
    that: 'what is no address is said so',
    words: ['get', 'ACTIVE-PROJECTS.md'],
    exit: 2,
    json: { error: { code: 'BAD_ADDRESS', hint: /FILE#field/ } },
  },
  {
    that: 'keys that exist are named',
    words: ['get', 'PROJECT[page].mission'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: /keys: pages/ } },
  },
  {
    that: 'a value is set and logged',
    words: ['set', `${row}.priority`, '7'],
    exit: 0,
    json: { changed: [{ address: `${row}.priority`, old: '1', new: '7' }] },
    then: (t, at) =>
      t.match(lastAudit(at), {
        step: '',
        type: 'set',
        target: `${row}.priority`,
        authorisation: 'owner',
        result: 'ok',
      }),
  },
  {
    that: 'the same value again changes nothing',
    words: ['set', `${row}.priority`, '7'],
    exit: 0,
    json: { changed: [], files: [] },
  },
  {
    that: 'a value of another type is refused, with the place',
    words: ['set', `${row}.priority`, 'soon'],
    exit: 2,
    json: {
      error: {
        code: 'BAD_VALUE',
        message: /"soon"; expected a whole number/,
        file: 'ACTIVE-PROJECTS.md',
        line: 10,
      },
    },
    then: (t, at) => t.equal(value(at, `${row}.priority`), '7'),
  },
  {
    that: 'a value out of its range is refused',
    words: ['set', `${row}.priority`, '1000'],
    exit: 2,
    json: { error: { code: 'BAD_VALUE', message: /1 to 999/ } },
  },
  {
    that: 'a word that is none of an enum is refused',
    words: ['set', `${row}.status`, 'sleeping'],
    exit: 2,
    json: { error: { code: 'BAD_VALUE', message: /active, blocked/ } },
  },
  {
    that: 'a reference to nothing is refused',
    words: ['set', 'PROJECT[pages].next_pass.runner', 'nobody'],
    exit: 2,
    json: { error: { code: 'BAD_VALUE', message: /there is no RUNNER/ } },
  },
  {
    that: 'a required field is not emptied',
    words: ['set', 'PROJECT[pages].mission', 'null'],
    exit: 2,
    json: { error: { code: 'BAD_VALUE' } },
  },
  {
    that: 'a list is written as one',
    words: ['set', 'PROJECT[pages].next_pass.writes', 'outputs/**, notes/*.md'],
    exit: 0,
    then: (t, at) =>
      t.match(
        readFileSync(join(at.root, 'PROJECTS/pages/LONGRUNNER.md'), 'utf8'),
        /writes: \["?outputs\/\*\*"?, "?notes\/\*\.md"?\]|writes:\n\s+- "?outputs/,
      ),
  },
  {
    that: 'a protected file is not set: it is edited and signed',
    words: ['set', 'OWNER[Owner].name', 'Mallory'],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /protected/, hint: /nocturne sign USER\.md/ } },
  },
  {
    that: 'a log is never changed',
    words: ['set', 'audit/AUDIT-LOG.md#1.detail', 'x'],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /log/ } },
  },
  {
    that: 'a dry run shows the difference and the audit row',
    words: ['set', objective, 'Write the third page.', '--dry-run'],
    exit: 0,
    json: {
      dryRun: true,
      diff: /-\s+objective: Write the first page\.\n\+\s+objective: Write the third page\./,
      audit: { type: 'set', authorisation: 'owner' },
    },
    then: (t, at) => t.equal(value(at, objective), 'Write the first page.'),
  },
  {
    that: 'a fact can be noted late',
    words: ['set', objective, 'Write the second page.', '--valid', '2026-11-20T10:00:00Z'],
    exit: 0,
    json: { changed: [{ valid: '2026-11-20T10:00:00Z' }] },
  },
  {
    that: 'a time that is none is refused',
    words: ['set', objective, 'x', '--valid', 'soon'],
    exit: 2,
    json: { error: { code: 'USAGE', message: /"soon" is not a time/ } },
  },
  {
    that: 'a lesson is added',
    words: [
      'add',
      'LESSON',
      'id=L-20261121-001',
      'title=Ask first',
      'date=2026-11-21',
      'kind=owner',
      'observation=It pays',
      'evidence=RUN-1',
    ],
    exit: 0,
    then: (t, at) => t.equal(value(at, 'LESSON[L-20261121-001].observation'), 'It pays'),
  },
  {
    that: 'the same key twice is refused',
    words: [
      'add',
      'LESSON',
      'id=L-20261121-001',
      'date=2026-11-21',
      'kind=owner',
      'observation=x',
      'evidence=y',
    ],
    exit: 2,
    json: { error: { code: 'EXISTS' } },
  },
  {
    that: 'what R2 requires has to be there',
    words: ['add', 'LESSON', 'id=L-20261121-002', 'date=2026-11-21', 'kind=owner'],
    exit: 2,
    json: { error: { code: 'BAD_VALUE' } },
  },
  {
    that: 'a field that was meant is named',
    words: ['add', 'LESSON', 'id=L-20261121-002', 'obsevation=x'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: 'did you mean observation?' } },
  },
  {
    that: 'an object that was meant is named',
    words: ['add', 'LESON', 'id=x'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: 'did you mean LESSON?' } },
  },
  {
    that: 'a row of a log is not added by hand',
    words: ['add', 'RUN', 'run_id=RUN-20261121-001'],
    exit: 5,
    json: { error: { code: 'REFUSED' } },
  },
  {
    that: 'a row of a protected table is not added by hand',
    words: ['add', 'MODEL-TIER', 'tier=free', 'runner=script'],
    exit: 5,
    json: { error: { code: 'REFUSED', hint: /sign MODEL-TIERS\.md/ } },
  },
  {
    that: 'a value that has to be unique is not given twice',
    first: secondProject,
    words: ['set', 'ACTIVE-PROJECTS.md#other.priority', '7'],
    exit: 2,
    json: { error: { code: 'BAD_VALUE', message: /both "pages" and "other"/ } },
  },
  {
    that: 'a bundle runs as a whole',
    words: ['bundle', 'run', 'project_pause', 'slug=pages', 'reason=on holiday'],
    exit: 0,
    json: { changed: [{ address: `${row}.status`, old: 'active', new: 'paused' }] },
    then: (t, at) =>
      t.match(lastAudit(at), {
        type: 'project_pause',
        target: 'pages',
        authorisation: 'owner',
        detail: 'on holiday',
      }),
  },
  {
    that: 'a precondition that does not hold refuses it',
    words: ['bundle', 'run', 'project_pause', 'slug=pages'],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /needs: DISPATCH/ } },
  },
  {
    that: 'an argument of another type is refused',
    words: ['bundle', 'run', 'priority_set', 'slug=pages', 'priority=first'],
    exit: 2,
    json: { error: { code: 'BAD_VALUE' } },
  },
  {
    that: 'a bundle that was meant is named',
    words: ['bundle', 'run', 'project_pauze', 'slug=pages'],
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: 'did you mean project_pause?' } },
  },
  {
    that: 'a word without = is not an argument',
    words: ['bundle', 'run', 'project_resume', 'pages'],
    exit: 2,
    json: { error: { code: 'USAGE', message: /argument=value/ } },
  },
  {
    that: 'a bundle that asks shows the question in a dry run',
    words: [
      'bundle',
      'run',
      'incident_surface',
      'priority=high',
      'question=Is it you?',
      '--dry-run',
    ],
    exit: 0,
    json: { diff: /\+### N-\d{8}-001 Is it you\?/ },
  },
];

t.test('the owner reads and changes records by address', async (t) => runCases(t, place, owners));

function secondProject(at: Place): void {
  at.workspace.commit({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'test',
    changes: [
      {
        kind: 'insert',
        object: 'PROJECT',
        key: 'other',
        fields: {
          mission: 'another',
          'phase.name': 'one',
          'phase.objective': 'o',
          'phase.status': 'active',
          'next_pass.model_tier': 'standard',
        },
      },
      {
        kind: 'insert',
        object: 'DISPATCH',
        fields: {
          priority: 9,
          slug: 'other',
          longrunner: 'PROJECTS/other/LONGRUNNER.md',
          phase: 'one',
          status: 'active',
        },
      },
    ],
  });
}

type Begun = Place & { token: string };

function begun(directory: string): Begun {
  const at = place(directory);
  return { ...at, token: '' };
}

async function begin(at: Begun): Promise<void> {
  const started = await beginPass(environment(at), { role: 'worker' });
  if (started.kind !== 'brief') throw new Error(started.report.outcome);
  at.token = started.data.token;
}

const token = (at: Begun): Readonly<Record<string, string>> => ({
  NOCTURNE_PASS_TOKEN: at.token,
  NOCTURNE_RUN: 'RUN',
});
const draft = ['mission=Grow', 'phase.name=seed', 'phase.objective=Sow'];
const inside: readonly CliCase<Begun>[] = [
  {
    that: 'inside the scope a pass adds, in its own name',
    env: token,
    words: ['add', 'DRAFT', '--key', 'pages', ...draft],
    exit: 0,
    then: (t, at) =>
      t.match(lastAudit(at), {
        step: 'T4',
        type: 'add',
        target: 'DRAFT[pages]',
        authorisation: /^RUN-/,
        run_id: /^RUN-/,
        result: 'ok',
      }),
  },
  {
    that: 'inside the scope a pass sets',
    env: token,
    words: ['set', 'DRAFT[pages].mission', 'Grow slowly'],
    exit: 0,
  },
  {
    that: "the owner's fields stay the owner's",
    env: token,
    words: ['set', 'DRAFT[pages].next_pass.runner', 'script'],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /field-writer/ } },
    then: (t, at) =>
      t.match(
        lastAudit(at),
        { step: 'T4', type: 'refusal', result: 'refused' },
        'and the refusal is on record',
      ),
  },
  {
    that: 'outside its scope a pass sets nothing',
    env: token,
    words: ['set', `${row}.priority`, '3'],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /out-of-scope/ } },
  },
  {
    that: 'a bundle does not widen the scope',
    env: token,
    words: ['bundle', 'run', 'project_pause', 'slug=pages'],
    exit: 5,
    json: { error: { message: /out-of-scope/ } },
  },
  {
    that: 'a bundle that asks the owner writes outside the scope too',
    env: token,
    words: ['bundle', 'run', 'incident_surface', 'priority=low', 'question=x'],
    exit: 5,
  },
  {
    that: 'a log is not written through a bundle',
    env: token,
    words: [
      'bundle',
      'run',
      'pa_invoke',
      'id=PA-001-INV-001',
      'run_id=x',
      'preapproval=PA-001',
      'action_class=x',
      'target=x',
      'scope_check=ok',
      'boundary_check=ok',
      'result=authorised',
    ],
    exit: 5,
  },
  {
    that: 'no pass answers for the owner',
    env: token,
    words: [
      'bundle',
      'run',
      'notification_answer',
      'id=N-20261121-001',
      'answer=yes',
      'status=approved',
    ],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /owner only/ } },
  },
  {
    that: 'no pass signs',
    env: token,
    words: ['sign', '--all', '--yes'],
    exit: 5,
    json: { error: { code: 'REFUSED' } },
  },
  {
    that: 'reading needs no token',
    env: { NOCTURNE_RUN: 'RUN' },
    words: ['get', 'DRAFT[pages].mission'],
    exit: 0,
    json: { value: 'Grow slowly' },
  },
  {
    that: 'without the token a pass writes nothing',
    env: { NOCTURNE_RUN: 'RUN' },
    words: ['set', 'DRAFT[pages].mission', 'x'],
    exit: 5,
    json: { error: { code: 'REFUSED' } },
  },
  {
    that: 'a token of another pass is refused',
    env: { NOCTURNE_PASS_TOKEN: 'guess' },
    words: ['set', 'DRAFT[pages].mission', 'x'],
    exit: 5,
    json: { error: { code: 'REFUSED', message: /does not belong to a running pass/ } },
  },
  {
    that: 'an empty token is a token',
    env: { NOCTURNE_PASS_TOKEN: '' },
    words: ['set', 'DRAFT[pages].mission', 'x'],
    exit: 5,
    json: { error: { code: 'REFUSED' } },
  },
];

t.test('inside a pass the same commands act as that pass', async (t) =>
  runCases(t, begun, [
    { that: 'the pass has begun', first: begin, words: ['get', `${row}.slug`], exit: 0 },
    ...inside,
  ]),
);

t.test('an agent that cleans its environment is known by its parents', async (t) => {
  const at = place(t.testdir());
  const { spawnSync } = await import('node:child_process');
  const bin = new URL('../../../../bin/nocturne.cjs', import.meta.url).pathname;
  const script = `unset NOCTURNE_RUN; "${process.execPath}" "${bin}" sign --all --yes --json; exit $?`;
  const { status, stdout } = spawnSync('sh', ['-c', script], {
    cwd: at.root,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      NOCTURNE_HOME: at.home,
      NOCTURNE_RUN: 'RUN-20261121-001',
      ...FAKED_CLOCK,
    },
  });
  t.equal(status, 5, stdout);
  t.match(JSON.parse(stdout), {
    ok: false,
    error: { code: 'REFUSED', message: /belongs to a pass/ },
  });
});

t.test('people read the same', async (t) => {
  const at = place(t.testdir());
  t.equal((await callForText(at, ['get', `${row}.phase`])).text, 'write\n');
  t.equal(
    (await callForText(at, ['set', `${row}.priority`, '4'])).text,
    `${row}.priority: 1 -> 4\n`,
  );
  t.match(
    (await callForText(at, ['set', `${row}.priority`, 'x'])).text,
    /^ACTIVE-PROJECTS\.md:10:3 {2}BAD_VALUE: .*expected a whole number/,
  );
});
