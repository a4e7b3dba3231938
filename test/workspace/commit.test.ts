import {
  appendFileSync,
  existsSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { verifyGate } from '../../src/integrity/gate.js';
import { verifyLog } from '../../src/integrity/verify-log.js';
import { sha256 } from '../../src/kernel/hash.js';
import { readAnchors } from '../../src/workspace/anchors.js';
import { bundleChanges } from '../../src/workspace/bundle.js';
import { readJson } from '../../src/workspace/state-home.js';
import { getObject } from '../../src/workspace/objects.js';
import type { Change, Workspace } from '../../src/workspace/types.js';
import { scratch } from './crash/scratch.js';
import {
  changeSet,
  errorOf,
  oneProject,
  type OneProject,
  OWNER,
  PROJECT,
  read,
  rowsOf,
  runBundle,
  workspaceAt,
} from './one-project.js';

const AUDIT = 'audit/AUDIT-LOG.md';
const CHANGES = 'audit/CHANGE-LOG.md';
const ASK = {
  priority: 'high',
  kind: 'escalation',
  project: 'pages',
  action_needed: 'Which page first?',
} as const;
const entry = (detail: string) => ({
  step: '',
  type: 'set',
  target: 'x',
  authorisation: 'owner',
  result: 'done',
  detail,
});

/** Rows of a log, which must be whole, chained and at its anchor. */
function verified({ root, workspace }: OneProject, file: string): number {
  const verdict = verifyLog(join(root, file), {
    file,
    anchors: () =>
      [readAnchors(workspace.state).logs[file]].flatMap((anchor) =>
        anchor === undefined ? [] : [anchor],
      ),
  });
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.firstBad));
  return verdict.rows;
}

/** One hash over every governed file. */
function governed({ workspace }: OneProject): string {
  const snapshot = workspace.snapshot();
  return sha256(
    [...snapshot.files.keys()].map((path) => `${path}\0${snapshot.hash(path)}`).join('\n'),
  );
}

t.test('setting a field changes that field, and the change log says what it was', async (t) => {
  const place = oneProject(scratch(t));
  const before = read(place, PROJECT);
  const result = place.workspace.commit(
    changeSet(
      [{ kind: 'set', address: `${PROJECT}#next_pass.objective`, value: 'Write another page.' }],
      { reason: 'because', actor: { kind: 'pass', name: 'worker' }, runId: 'RUN-20261121-001' },
    ),
  );
  t.equal(
    read(place, PROJECT),
    before.replace('objective: Write the first page.', 'objective: Write another page.'),
  );
  t.match(result, {
    attempts: 1,
    notices: [],
    files: [{ path: PROJECT, before: sha256(before), after: sha256(read(place, PROJECT)) }],
    fields: [
      {
        address: `${PROJECT}#next_pass.objective`,
        old: 'Write the first page.',
        new: 'Write another page.',
      },
    ],
  });
  t.same(
    rowsOf(place.workspace.snapshot(), 'CHANGE', [
      'address',
      'old',
      'new',
      'writer',
      'run_id',
      'bundle',
      't_written',
      't_valid',
      'reason',
    ]).at(-1),
    [
      `${PROJECT}#next_pass.objective`,
      'Write the first page.',
      'Write another page.',
      'worker',
      'RUN-20261121-001',
      '',
      '2026-11-21T01:30:00Z',
      '2026-11-21T01:30:00Z',
      'because',
    ],
  );
  t.equal(verified(place, CHANGES) > 0, true);
  t.equal(verifyGate(place.root, place.home).ok, true);
});

t.test(
  'a field can be set by file or by object, more than once in a commit, and have been true earlier',
  async (t) => {
    const place = oneProject(scratch(t));
    const { fields } = place.workspace.commit(
      changeSet([
        { kind: 'set', address: 'ACTIVE-PROJECTS.md#pages.priority', value: 5 },
        {
          kind: 'set',
          address: 'DISPATCH[pages].escalation',
          value: 'a | b',
          valid: new Date('2026-11-01T00:00:00Z'),
        },
        { kind: 'set', address: 'DISPATCH[pages].priority', value: 7 },
      ]),
    );
    t.same(fields, [
      {
        address: 'ACTIVE-PROJECTS.md#pages.priority',
        old: '1',
        new: '7',
        valid: '2026-11-21T01:30:00Z',
      },
      {
        address: 'ACTIVE-PROJECTS.md#pages.escalation',
        old: '',
        new: 'a | b',
        valid: '2026-11-01T00:00:00Z',
      },
    ]);
    t.match(read(place, 'ACTIVE-PROJECTS.md'), /\| 7 \| pages \|.*\| a \\\| b \|/);
    t.same(rowsOf(place.workspace.snapshot(), 'CHANGE', ['t_valid']).slice(-2), [
      ['2026-11-21T01:30:00Z'],
      ['2026-11-01T00:00:00Z'],
    ]);
  },
);

t.test('setting what is there already is no change and leaves no trace', async (t) => {
  const place = oneProject(scratch(t));
  const before = governed(place);
  t.match(
    place.workspace.commit(
      changeSet([{ kind: 'set', address: 'DISPATCH[pages].priority', value: 1 }]),
    ),
    { files: [], fields: [] },
  );
  t.equal(governed(place), before);
});

t.test(
  'records are inserted in every shape, and their fields are logged without an old value',
  async (t) => {
    const place = oneProject(scratch(t));
    const { fields, files } = place.workspace.commit(
      changeSet([
        {
          kind: 'insert',
          object: 'DISPATCH',
          fields: {
            priority: 2,
            slug: 'more',
            longrunner: 'PROJECTS/more/LONGRUNNER.md',
            phase: 'a',
            status: 'paused',
          },
        },
        {
          kind: 'insert',
          object: 'DRAFT',
          key: 'more',
          fields: { mission: 'More.', 'phase.name': 'a', 'phase.objective': 'b' },
          body: '# More',
        },
        {
          kind: 'insert',
          object: 'LESSON',
          key: 'L-20261121-001',
          fields: {
            title: 'x',
            date: '2026-11-21',
            kind: 'method',
            observation: 'o',
            evidence: 'e',
          },
        },
        {
          kind: 'insert',
          object: 'MEMORY',
          file: 'memory/2026-11-21.md',
          key: 'RUN-20261121-009',
          fields: { result: 'good' },
        },
        { kind: 'set', address: 'DRAFT[more].phase.objective', value: 'c' },
        { kind: 'set', address: 'memory/2026-11-21.md#RUN-20261121-009.result', value: 'better' },
      ]),
    );
    const snapshot = place.workspace.snapshot();
    t.equal(snapshot.record('DISPATCH', 'more')?.fields.get('status')?.value, 'paused');
    t.equal(
      read(place, 'PROJECTS/more/LONGRUNNER-DRAFT.md'),
      '---\nmission: More.\nphase:\n  name: a\n  objective: c\n---\n\n# More\n',
    );
    t.equal(snapshot.record('LESSON', 'L-20261121-001')?.fields.get('evidence')?.value, 'e');
    t.match(read(place, 'memory/2026-11-21.md'), /^# 2026-11-21\n\n## RUN-20261121-009\n/);
    t.equal(files.length, 4);
    t.ok(fields.every((field) => field.old === '' && field.new !== ''));
    t.ok(fields.some((field) => field.address === 'ACTIVE-PROJECTS.md#more.longrunner'));
    t.ok(
      fields.some(
        (field) =>
          field.address === 'memory/2026-11-21.md#RUN-20261121-009.result' &&
          field.new === 'better',
      ),
    );
  },
);

t.test('what is there already is not inserted again', async (t) => {
  const { workspace } = oneProject(scratch(t));
  const insert = (change: Omit<Extract<Change, { kind: 'insert' }>, 'kind'>) =>
    errorOf(() => workspace.commit(changeSet([{ kind: 'insert', ...change }])));
  t.match(insert({ object: 'DISPATCH', fields: { slug: 'pages' } }), {
    code: 'EXISTS',
    message: 'ACTIVE-PROJECTS.md already has a DISPATCH with the key "pages"',
  });
  t.match(insert({ object: 'PROJECT', key: 'pages', fields: { mission: 'x' } }), {
    code: 'EXISTS',
    message: `${PROJECT} already exists`,
  });
  const twice: Change = {
    kind: 'insert',
    object: 'LESSON',
    key: 'L-20261121-001',
    fields: { observation: 'o' },
  };
  t.match(
    errorOf(() => workspace.commit(changeSet([twice, twice]))),
    { code: 'EXISTS', message: /L-20261121-001/ },
  );
});

t.test('rows are appended to a log by its fields, numbered and linked', async (t) => {
  const place = oneProject(scratch(t));
  const rows = verified(place, AUDIT);
  place.workspace.commit(
    changeSet(
      [
        {
          kind: 'append',
          object: 'AUDIT',
          fields: { type: 'look', result: 'pass', detail: 'line\nbreak | pipe' },
        },
      ],
      { audit: [entry('one'), entry('two')], runId: 'RUN-20261121-004' },
    ),
  );
  place.workspace.commit(changeSet([], { audit: [entry('three')] }));
  t.equal(verified(place, AUDIT), rows + 4);
  t.same(
    rowsOf(place.workspace.snapshot(), 'AUDIT', ['seq', 'time', 'run_id', 'type', 'detail']).slice(
      -4,
    ),
    [
      [String(rows + 1), '2026-11-21T01:30:00Z', 'RUN-20261121-004', 'look', 'line\nbreak | pipe'],
      [String(rows + 2), '2026-11-21T01:30:00Z', 'RUN-20261121-004', 'set', 'one'],
      [String(rows + 3), '2026-11-21T01:30:00Z', 'RUN-20261121-004', 'set', 'two'],
      [String(rows + 4), '2026-11-21T01:30:00Z', '', 'set', 'three'],
    ],
  );
});

t.test('records are removed: a row, a section, a whole document', async (t) => {
  const place = oneProject(scratch(t));
  const before = read(place, 'ACTIVE-PROJECTS.md');
  place.workspace.commit(
    changeSet([{ kind: 'insert', object: 'DRAFT', key: 'gone', fields: { mission: 'x' } }], {
      notices: [ASK],
    }),
  );
  const { fields, files } = place.workspace.commit(
    changeSet([
      { kind: 'remove', object: 'DISPATCH', key: 'pages' },
      { kind: 'remove', object: 'NOTIFICATION', key: 'N-20261121-001' },
      { kind: 'remove', object: 'DRAFT', key: 'gone' },
    ]),
  );
  t.equal(read(place, 'ACTIVE-PROJECTS.md'), before.replace(/\| 1 \| pages \|.*\n/, ''));
  t.same(place.workspace.snapshot().records('NOTIFICATION'), []);
  t.notOk(existsSync(join(place.root, 'PROJECTS/gone/LONGRUNNER-DRAFT.md')));
  t.equal(files.find((file) => file.path.endsWith('DRAFT.md'))?.after, undefined);
  t.ok(fields.every((field) => field.new === ''));
  t.match(
    errorOf(() =>
      place.workspace.commit(changeSet([{ kind: 'remove', object: 'DISPATCH', key: 'pages' }])),
    ),
    { code: 'NOT_FOUND', message: 'there is no DISPATCH with the key "pages"' },
  );
});

t.test(
  'a file without records is logged by the hashes of its content, which is kept',
  async (t) => {
    const place = oneProject(scratch(t));
    const path = 'PROJECTS/pages/outputs/page.md';
    const hash = (text: string): string => `sha256:${sha256(text)}`;
    place.workspace.commit(changeSet([{ kind: 'write', path, content: 'one' }]));
    place.workspace.commit(
      changeSet([{ kind: 'write', path, content: Buffer.from('two'), mode: 0o600 }]),
    );
    place.workspace.commit(changeSet([{ kind: 'delete', path }]));
    t.same(rowsOf(place.workspace.snapshot(), 'CHANGE', ['address', 'old', 'new']).slice(-3), [
      [path, '', hash('one')],
      [path, hash('one'), hash('two')],
      [path, hash('two'), ''],
    ]);
    t.equal(getObject(place.root, sha256('one')).toString(), 'one');
    t.notOk(existsSync(join(place.root, path)));
    t.match(
      errorOf(() => place.workspace.commit(changeSet([{ kind: 'delete', path }]))),
      { code: 'NOT_FOUND' },
    );
  },
);

t.test('a file of records that is written whole is logged field by field', async (t) => {
  const place = oneProject(scratch(t));
  const content = read(place, PROJECT)
    .replace('mission: Test one pass.', 'mission: Another.')
    .replace('# Pages', '# Other prose');
  t.same(
    place.workspace
      .commit(changeSet([{ kind: 'write', path: PROJECT, content }]))
      .fields.map(({ address, old, new: now }) => [address, old, now]),
    [[`${PROJECT}#mission`, 'Test one pass.', 'Another.']],
  );
});

t.test('a long value stands in the change log by its hash', async (t) => {
  const place = oneProject(scratch(t));
  const long = 'An objective. '.repeat(60).trim();
  place.workspace.commit(
    changeSet([{ kind: 'set', address: 'PROJECT[pages].next_pass.objective', value: long }]),
  );
  t.same(rowsOf(place.workspace.snapshot(), 'CHANGE', ['old', 'new']).at(-1), [
    'Write the first page.',
    `sha256:${sha256(long)}`,
  ]);
  t.equal(getObject(place.root, sha256(long)).toString(), long);
});

t.test('a change that is on disk already is recorded as it is', async (t) => {
  const place = oneProject(scratch(t));
  const before = readFileSync(join(place.root, PROJECT));
  writeFileSync(
    join(place.root, PROJECT),
    String(before).replace('mission: Test one pass.', 'mission: By hand.'),
  );
  writeFileSync(join(place.root, 'PROJECTS/pages/new.txt'), 'made by an agent');
  const { fields, files } = place.workspace.commit(
    changeSet([
      { kind: 'adopt', path: PROJECT, before: { hash: sha256(before), bytes: () => before } },
      { kind: 'adopt', path: 'PROJECTS/pages/new.txt', before: undefined },
    ]),
  );
  t.same(
    fields.map(({ address, old, new: now }) => [address, old, now]),
    [
      [`${PROJECT}#mission`, 'Test one pass.', 'By hand.'],
      ['PROJECTS/pages/new.txt', '', `sha256:${sha256('made by an agent')}`],
    ],
  );
  t.same(files, [], 'nothing was written but the log');
});

t.test('LOCK.md, which only shows the lock, is not in the change log', async (t) => {
  const place = oneProject(scratch(t));
  const { fields } = runBundle(place.workspace, 'session_open', {
    run_id: 'RUN-20261121-001',
    role: 'worker',
    fence: 3,
    host: 'here',
    pid: 1,
    expires_at: '2026-11-21T02:00:00Z',
  });
  t.same(fields, []);
  t.match(read(place, 'LOCK.md'), /status: locked/);
});

t.test('notices get numbers that never come again', async (t) => {
  const place = oneProject(scratch(t));
  const ask = (workspace: Workspace): readonly string[] =>
    workspace.commit(changeSet([], { notices: [ASK, { ...ASK, body: 'More about it.' }] })).notices;
  t.same(ask(place.workspace), ['N-20261121-001', 'N-20261121-002']);
  const inbox = place.workspace.snapshot().record('NOTIFICATION', 'N-20261121-002');
  t.same(
    [
      'title',
      'time',
      'priority',
      'kind',
      'project',
      'action_needed',
      'status',
      'answer',
      'body',
    ].map((field) => inbox?.fields.get(field)?.value),
    [
      'Which page first?',
      '2026-11-21T01:30:00Z',
      'high',
      'escalation',
      'pages',
      'Which page first?',
      'open',
      '',
      'More about it.',
    ],
  );
  place.workspace.commit(
    changeSet(
      ['N-20261121-001', 'N-20261121-002'].map((key) => ({
        kind: 'remove',
        object: 'NOTIFICATION',
        key,
      })),
    ),
  );
  t.same(ask(place.workspace), ['N-20261121-003', 'N-20261121-004'], 'also when they were removed');
  t.same(
    ask(workspaceAt(place, '2026-11-22T00:00:00Z')),
    ['N-20261122-001', 'N-20261122-002'],
    'each day counts from one',
  );
  place.workspace.commit(
    changeSet(
      ['N-20261121-003', 'N-20261121-004'].map((key) => ({
        kind: 'remove',
        object: 'NOTIFICATION',
        key,
      })),
    ),
  );
  t.same(
    ask(place.workspace),
    ['N-20261121-005', 'N-20261121-006'],
    'also when the clock was set back over midnight',
  );
  rmSync(join(place.workspace.state, 'counters.json'));
  t.same(
    ask(place.workspace),
    ['N-20261121-007', 'N-20261121-008'],
    'also when the counter is lost, as long as the last ones are there',
  );
  t.same(readJson(join(place.workspace.state, 'counters.json')), { 'N-20261121-': 8 });
});

t.test('a number that a failed commit took is not given again', async (t) => {
  const place = oneProject(scratch(t));
  const failing = changeSet([], { notices: [ASK], audit: [entry('x')] });
  appendFileSync(join(place.root, AUDIT), 'x');
  t.match(
    errorOf(() => place.workspace.commit(failing)),
    { code: 'GATE' },
  );
  truncateSync(join(place.root, AUDIT), readFileSync(join(place.root, AUDIT)).length - 1);
  t.same(place.workspace.commit(failing).notices, ['N-20261121-002']);
});

t.test('logs are only appended to', async (t) => {
  const place = oneProject(scratch(t));
  place.workspace.commit(changeSet([], { audit: [entry('one')] }));
  const before = governed(place);
  const refused = (change: Change) => errorOf(() => place.workspace.commit(changeSet([change])));
  t.match(refused({ kind: 'set', address: `${AUDIT}#1.result`, value: 'x' }), {
    code: 'REFUSED',
    message: `${AUDIT} is a log: only Nocturne adds rows to it, and rows never change`,
  });
  t.match(refused({ kind: 'remove', object: 'AUDIT', key: '1' }), {
    code: 'REFUSED',
    message: `${AUDIT} is a log: only Nocturne adds rows to it, and rows never change`,
  });
  t.match(refused({ kind: 'write', path: AUDIT, content: '' }), {
    code: 'REFUSED',
    message: /is a log/,
  });
  t.match(refused({ kind: 'delete', path: CHANGES }), { code: 'REFUSED', message: /is a log/ });
  t.match(refused({ kind: 'append', object: 'RUN', fields: { run_idd: 'x' } }), {
    code: 'BAD_VALUE',
    message: 'RUN has no field "run_idd"',
    hint: /run_id, role/,
  });
  t.equal(governed(place), before);
});

t.test('a record is put only where its objects are', async (t) => {
  const { workspace } = oneProject(scratch(t));
  const refused = (change: Change) => errorOf(() => workspace.commit(changeSet([change])));
  t.match(
    refused({
      kind: 'insert',
      object: 'DRAFT',
      file: 'SOUL.md',
      key: 'x',
      fields: { mission: 'x' },
    }),
    {
      code: 'USAGE',
      message: 'SOUL.md cannot contain a DRAFT',
      hint: 'files of DRAFT: PROJECTS/*/LONGRUNNER-DRAFT.md',
    },
  );
  t.match(refused({ kind: 'insert', object: 'DRAFT', key: '../../x', fields: { mission: 'x' } }), {
    code: 'USAGE',
    message: /which file\?/,
    hint: /letters, digits/,
  });
  t.match(refused({ kind: 'insert', object: 'MEMORY', key: 'RUN-1', fields: { result: 'x' } }), {
    code: 'USAGE',
    message: /which file\?/,
    hint: 'give the file',
  });
  t.match(refused({ kind: 'insert', object: 'NOPE', fields: {} }), {
    code: 'NOT_FOUND',
    message: 'REGISTRY.md does not declare an object NOPE',
  });
  t.match(refused({ kind: 'append', object: 'DISPATCH', fields: { slug: 'x', nope: 'y' } }), {
    code: 'NOT_FOUND',
    message: /no column "nope"/,
  });
  for (const path of ['.nocturne/journal/x', '../out.md', '.git/config', 'a//b', '/etc/x'])
    t.match(refused({ kind: 'write', path, content: 'x' }), { code: 'REFUSED' }, path);
});

t.test('nothing changes when one change of many is refused', async (t) => {
  const place = oneProject(scratch(t));
  const before = governed(place);
  const good: readonly Change[] = [
    { kind: 'set', address: 'DISPATCH[pages].priority', value: 9 },
    { kind: 'write', path: 'PROJECTS/pages/outputs/x.txt', content: 'x' },
    { kind: 'insert', object: 'DRAFT', key: 'd', fields: { mission: 'x' } },
  ];
  const bad: readonly Change[] = [
    { kind: 'set', address: 'DISPATCH[nobody].priority', value: 1 },
    { kind: 'set', address: 'PROJECT[pages].nope', value: 1 },
    { kind: 'remove', object: 'LESSON', key: 'L-20200101-001' },
    { kind: 'delete', path: 'not-there.md' },
    { kind: 'write', path: '.git/x', content: '' },
    { kind: 'insert', object: 'DRAFT', key: 'd', fields: { mission: 'again' } },
  ];
  for (const one of bad) {
    errorOf(() => place.workspace.commit(changeSet([...good, one], { audit: [entry('x')] })));
    t.equal(governed(place), before, JSON.stringify(one));
  }
});

t.test('a log that differs from its anchor is not appended to', async (t) => {
  for (const spoil of [
    (path: string) => appendFileSync(path, '| 9 | forged |\n'),
    (path: string) => truncateSync(path, readFileSync(path).length - 10),
    (path: string) => rmSync(path),
  ]) {
    const place = oneProject(scratch(t));
    place.workspace.commit(changeSet([], { audit: [entry('one')] }));
    spoil(join(place.root, AUDIT));
    const before = governed(place);
    t.match(
      errorOf(() =>
        place.workspace.commit(
          changeSet([{ kind: 'set', address: 'DISPATCH[pages].priority', value: 9 }], {
            audit: [entry('two')],
          }),
        ),
      ),
      {
        code: 'GATE',
        message:
          /AUDIT-LOG\.md (has \d+ bytes, but its anchor says \d+|is missing)|the log audit\/AUDIT-LOG\.md is missing/,
      },
    );
    t.equal(governed(place), before);
  }
});

t.test(
  'a log that was begun under another NOCTURNE_HOME is not appended to, for that would vouch for its rows; it goes on under the home that knows it',
  (t) => {
    const place = oneProject(scratch(t));
    place.workspace.commit(changeSet([], { audit: [entry('one')] }));
    const before = governed(place);
    const elsewhere = workspaceAt(
      { root: place.root, home: join(place.home, '../another') },
      '2026-11-21T02:00:00Z',
    );
    const set = changeSet([{ kind: 'set', address: 'DISPATCH[pages].priority', value: 9 }], {
      audit: [entry('two')],
    });
    t.match(
      errorOf(() => elsewhere.commit(set)),
      {
        code: 'NOT_TRUSTED',
        message: /audit\/(AUDIT|CHANGE)-LOG\.md has \d+ rows?, but no anchor on this machine/,
        hint: /NOCTURNE_HOME/,
      },
    );
    t.equal(governed(place), before);
    place.workspace.commit(set);
    t.equal(verifyGate(place.root, place.home).ok, true);
    t.end();
  },
);

t.test(
  'a function decides on what is there when it commits, again when somebody was quicker',
  async (t) => {
    const place = oneProject(scratch(t));
    const active = join(place.root, 'ACTIVE-PROJECTS.md');
    let calls = 0;
    const result = place.workspace.commit((snapshot) => {
      calls++;
      const priority = Number(snapshot.record('DISPATCH', 'pages')?.fields.get('priority')?.value);
      if (calls === 1)
        writeFileSync(
          active,
          readFileSync(active, 'utf8')
            .replace('| 1 | pages |', '| 41 | pages |')
            .replace('# Active projects', '# My projects'),
        );
      return changeSet([{ kind: 'set', address: 'DISPATCH[pages].priority', value: priority + 1 }]);
    });
    t.equal(calls, 2);
    t.equal(result.attempts, 2);
    t.match(
      read(place, 'ACTIVE-PROJECTS.md'),
      /^# My projects[\s\S]*\| 42 \| pages \|/,
      "the owner's edit is kept and counted",
    );
    t.same(
      result.fields.map(({ old, new: now }) => [old, now]),
      [['41', '42']],
    );
  },
);

t.test(
  'a file that changes under every attempt ends in a conflict, and the last edit stands',
  async (t) => {
    const place = oneProject(scratch(t));
    const active = join(place.root, 'ACTIVE-PROJECTS.md');
    let calls = 0;
    const error = errorOf(() =>
      place.workspace.commit((snapshot) => {
        snapshot.text('ACTIVE-PROJECTS.md');
        appendFileSync(active, `edit ${++calls}\n`);
        return changeSet([{ kind: 'set', address: 'DISPATCH[pages].priority', value: 9 }]);
      }),
    );
    t.match(error, { code: 'CONFLICT', message: /ACTIVE-PROJECTS\.md was edited/ });
    t.equal(calls, 5);
    t.match(read(place, 'ACTIVE-PROJECTS.md'), /\| 1 \| pages \|[\s\S]*edit 5\n$/);
  },
);

t.test('without a place for its record no change is made', async (t) => {
  const place = oneProject(scratch(t));
  const registry = read(place, 'REGISTRY.md');
  writeFileSync(join(place.root, 'REGISTRY.md'), registry.replace(/^\| CHANGE \| `audit.*\n/m, ''));
  t.match(
    errorOf(() =>
      place.workspace.commit(
        changeSet([{ kind: 'set', address: 'DISPATCH[pages].priority', value: 9 }]),
      ),
    ),
    { code: 'SCHEMA', message: /both CHANGE and AUDIT/ },
  );
  t.match(read(place, 'ACTIVE-PROJECTS.md'), /\| 1 \| pages \|/);
});

t.test('a bundle changes several files at once, and says so in each row', async (t) => {
  const place = oneProject(scratch(t));
  const { notices, fields } = runBundle(place.workspace, 'phase_transition', {
    slug: 'pages',
    expires_at: '2026-11-24T00:00:00Z',
    question: 'Go on?',
    evidence: '',
  });
  t.same(notices, ['N-20261121-001']);
  const snapshot = place.workspace.snapshot();
  t.equal(snapshot.locate('PROJECT[pages].phase.status').cell?.value, 'complete');
  t.equal(
    snapshot.locate('PROJECT[pages].transition.triggered_at').cell?.value,
    '2026-11-21T01:30:00Z',
    '{now}',
  );
  t.equal(snapshot.locate('DISPATCH[pages].status').cell?.value, 'transition-hold');
  t.equal(
    snapshot.record('NOTIFICATION', 'N-20261121-001')?.fields.get('action_needed')?.value,
    'Go on?',
  );
  t.same(
    new Set(rowsOf(snapshot, 'CHANGE', ['bundle']).slice(-fields.length).flat()),
    new Set(['phase_transition']),
  );
  t.equal(verifyGate(place.root, place.home).ok, true);
});

t.test('bundle values: now and later, what was there, nothing', async (t) => {
  const table = [
    '| Op | Target | Field | Value |',
    '|---|---|---|---|',
    '| set | DISPATCH[{slug}] | last_worker_pass | {now + 1h30m} |',
    '| set | DISPATCH[{slug}] | escalation | {old.phase} |',
    '| set | DISPATCH[pages] | phase | null |',
    '| set | PROJECT[{slug}] | last_pass.objective | {today + 2d} |',
    '| insert | DISPATCH | slug | {other} |',
    '| insert | DISPATCH | status | paused |',
    '| remove | DISPATCH[gone] | - | - |',
  ];
  const place = oneProject(scratch(t));
  const path = join(place.root, 'REGISTRY.md');
  writeFileSync(
    path,
    read(place, 'REGISTRY.md').replace(
      '### lock_release',
      `### try_values\n\n- **Arguments:** slug: ref(PROJECT), other: token\n\n${table.join('\n')}\n\n### lock_release`,
    ),
  );
  t.same(place.workspace.snapshot().schemaDiagnostics, []);
  place.workspace.commit(
    changeSet([{ kind: 'insert', object: 'DISPATCH', fields: { slug: 'gone' } }]),
  );
  runBundle(place.workspace, 'try_values', { slug: 'pages', other: 'new' });
  const snapshot = place.workspace.snapshot();
  const value = (address: string): string | undefined => snapshot.locate(address).cell?.value;
  t.equal(value('DISPATCH[pages].last_worker_pass'), '2026-11-21T03:00:00Z');
  t.equal(value('DISPATCH[pages].escalation'), 'write');
  t.equal(value('DISPATCH[pages].phase'), '');
  t.equal(value('PROJECT[pages].last_pass.objective'), '2026-11-23');
  t.same(
    snapshot.records('DISPATCH').map((record) => record.key),
    ['pages', 'new'],
  );
});

t.test('a bundle refuses what it cannot take, in words, and then nothing is changed', async (t) => {
  const place = oneProject(scratch(t));
  const before = governed(place);
  const good = { slug: 'pages', expires_at: '2026-11-24T00:00:00Z', question: 'Go on?' };
  const tryBundle = (name: string, args: Parameters<typeof bundleChanges>[2]) =>
    errorOf(() => runBundle(place.workspace, name, args));
  t.match(tryBundle('phase_transit', good), {
    code: 'NOT_FOUND',
    message: 'REGISTRY.md does not declare a bundle "phase_transit"',
    hint: /phase_transition/,
  });
  t.match(tryBundle('phase_transition', { ...good, why: 'x' }), {
    code: 'BAD_VALUE',
    message: 'the bundle phase_transition has no argument "why"',
    hint: 'its arguments are slug, expires_at, question, evidence?',
  });
  t.match(tryBundle('phase_transition', { ...good, question: '' }), {
    code: 'BAD_VALUE',
    message: 'the bundle phase_transition needs the argument question',
  });
  t.match(tryBundle('phase_transition', { slug: 'pages', question: 'x' }), {
    code: 'BAD_VALUE',
    message: /needs the argument expires_at/,
  });
  t.match(tryBundle('phase_transition', { ...good, expires_at: 'tomorrow' }), {
    code: 'BAD_VALUE',
    message: /the argument expires_at of phase_transition is "tomorrow", expected a time such as/,
  });
  t.match(tryBundle('phase_transition', { ...good, slug: 'nobody' }), {
    code: 'BAD_VALUE',
    message: 'the argument slug of phase_transition is "nobody", but there is no such PROJECT',
  });
  t.match(
    tryBundle('notification_answer', { id: 'N-20261121-001', answer: 'yes', status: 'approved' }),
    { code: 'BAD_VALUE', message: /there is no such NOTIFICATION/ },
  );
  t.match(
    tryBundle('pass_record', {
      slug: 'pages',
      objective: 'x',
      quality: 'GOOD',
      validated: true,
      weak: false,
    }),
    { code: 'BAD_VALUE', message: /is "GOOD", expected one of STRONG/ },
  );
  t.match(
    tryBundle('pass_record', {
      slug: 'pages',
      objective: 'x',
      quality: 'FAIL',
      validated: 'perhaps',
      weak: false,
    }),
    { code: 'BAD_VALUE', message: /expected true or false/ },
  );
  t.match(
    tryBundle('pass_record', {
      slug: 'pages',
      objective: 'x',
      quality: 'FAIL',
      validated: false,
      weak: false,
      outputs: ['../x'],
    }),
    { code: 'BAD_VALUE', message: /"\.\.\/x" is not one/ },
  );
  const refused = tryBundle('lock_release', { failures: 0 });
  t.match(refused, {
    code: 'REFUSED',
    message: 'the bundle lock_release needs: WRITER[LOCK].status is not released; found "released"',
    place: { file: 'REGISTRY.md' },
  });
  t.match(
    place.workspace.snapshot().text('REGISTRY.md')?.split('\n')[(refused.place.line ?? 0) - 1],
    /^- \*\*Preconditions:\*\* WRITER\[LOCK\]\.status is not released/,
  );
  t.equal(governed(place), before);
});

t.test('each kind of precondition holds and fails', async (t) => {
  const cases: Readonly<Record<string, boolean>> = {
    'DISPATCH[{slug}].status is active': true,
    'DISPATCH[{slug}].status is paused': false,
    'DISPATCH[{slug}].status is not paused': true,
    'DISPATCH[{slug}].status is not active': false,
    'DISPATCH[pages].status in (paused, active)': true,
    'DISPATCH[pages].status in (paused, blocked)': false,
    'DISPATCH[{slug}].escalation is empty': true,
    'DISPATCH[{slug}].phase is empty': false,
    'PROJECT[{slug}].mission is not empty': true,
    'PROJECT[{slug}].last_pass.date is not empty': false,
    '{note} is empty': true,
    '{note} is not empty': false,
    '{slug} is pages': true,
    '{slug} in (a, b)': false,
    'WRITER.status is released': true,
  };
  const names = Object.keys(cases);
  const place = oneProject(scratch(t));
  const bundles = names.map(
    (text, i) =>
      `### try_${i}\n\n- **Arguments:** slug: ref(PROJECT), note?: text\n- **Preconditions:** ${text}\n\n| Op | Target | Field | Value |\n|---|---|---|---|\n| set | DISPATCH[{slug}] | escalation | {note} |\n`,
  );
  writeFileSync(
    join(place.root, 'REGISTRY.md'),
    read(place, 'REGISTRY.md').replace(
      '### lock_release',
      `${bundles.join('\n')}\n### lock_release`,
    ),
  );
  const snapshot = place.workspace.snapshot();
  t.same(snapshot.schemaDiagnostics, []);
  for (const [i, text] of names.entries()) {
    const attempt = () => bundleChanges(snapshot, `try_${i}`, { slug: 'pages' });
    if (cases[text] === true)
      t.same(
        attempt().changes,
        [{ kind: 'set', address: 'DISPATCH[pages].escalation', value: null }],
        text,
      );
    else
      t.match(
        errorOf(attempt),
        {
          code: 'REFUSED',
          message: new RegExp(`needs: ${text.replace(/[[\](){}.]/g, '\\$&')}; found "`),
        },
        text,
      );
  }
});

t.test('whatever was committed, the logs are whole and the gate is satisfied', async (t) => {
  const place = oneProject(scratch(t));
  for (let i = 1; i <= 12; i++)
    place.workspace.commit({
      actor: OWNER,
      runId: '',
      reason: `| ${i} \\| <br> 'x' — \u{1f319}`,
      changes: [
        {
          kind: 'set',
          address: 'DISPATCH[pages].escalation',
          value: i % 3 === 0 ? null : `- ${'\\'.repeat(i)}|\n${i}`,
        },
      ],
      audit: Array.from({ length: i % 4 }, (_, n) => entry(`${'—'.repeat(n)} ${i}`)),
    });
  t.ok(verified(place, CHANGES) >= 12);
  t.ok(verified(place, AUDIT) >= 18);
  const { ok, findings } = verifyGate(place.root, place.home);
  t.same(findings, []);
  t.ok(ok);
});
