import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { judge } from '../../../src/passes/door.js';
import type { Briefed } from '../../../src/passes/types.js';
import { fieldText } from '../../../src/project/field-text.js';
import {
  passIn,
  SECRET_MISSION,
  twoProjects,
  type TwoProjects,
} from '../../support/two-projects.js';
import { read } from '../../passes/pass-workspace.js';
import { callForText, callMany, callProcess, type CliOutcome } from './run-cli.js';

t.setTimeout(400_000);

type Live = TwoProjects & {
  readonly data: Briefed;
  readonly env: Readonly<Record<string, string>>;
};

async function live(directory: string, capability: string): Promise<Live> {
  // The processes of this test look at the real clock: the pass begins on the same day.
  const place = twoProjects(directory, { capability, start: new Date() });
  const data = await passIn(place);
  return { ...place, data, env: { NOCTURNE_PASS_TOKEN: data.token, NOCTURNE_RUN: data.runId } };
}

/** words, then the exit code with each capability. 5 is refused by policy. */
const COMMANDS: readonly (readonly [
  words: readonly string[],
  disabled: number,
  project: number,
  workspace: number,
])[] = [
  [['get', 'PROJECT[pages].mission'], 5, 0, 0],
  [['query', 'SELECT 1 AS one'], 5, 0, 0],
  [['validate'], 5, 0, 1],
  [['gate'], 5, 0, 0],
  [['guard', 'check', '--op', 'write', '--path', 'PROJECTS/pages/outputs/x.md'], 5, 0, 0],
  [['project', 'list'], 5, 5, 0],
  [['audit', 'show'], 5, 5, 0],
  [['history', 'PROJECT[pages].mission'], 5, 5, 0],
  [['sign', '--all', '--yes'], 5, 5, 5],
  [['approve', 'AP-001'], 5, 5, 5],
  [['approvals', 'list'], 5, 5, 5],
  [['run', 'worker'], 5, 5, 5],
  [['validate', '--fix'], 5, 5, 5],
  [['pass', 'heartbeat'], 0, 0, 0],
];

/**
 * Those that the program answers before the command line, and one of each verdict, are asked by a
 * process of their own; the others in one process.
 */
const ALONE = new Set([
  'gate',
  'validate',
  'validate --fix',
  'get PROJECT[pages].mission',
  'project list',
  'sign --all --yes',
]);

async function callEach(at: Live): Promise<ReadonlyMap<string, CliOutcome>> {
  const all = COMMANDS.map(([words]) => words);
  const [alone, others] = [
    all.filter((words) => ALONE.has(words.join(' '))),
    all.filter((words) => !ALONE.has(words.join(' '))),
  ];
  const outcomes: CliOutcome[] = [];
  for (const words of alone) outcomes.push(await callProcess(at, words, { env: at.env }));
  outcomes.push(...(await callMany(at, others, { env: at.env })));
  return new Map(
    [...alone, ...others].map((words, i) => [words.join(' '), outcomes[i] as CliOutcome]),
  );
}

for (const [i, capability] of (['disabled', 'project', 'workspace'] as const).entries()) {
  t.test(`with the capability ${capability}`, async (t) => {
    const at = await live(t.testdir(), capability);
    // An error in a file of the other project, and none elsewhere.
    writeFileSync(
      join(at.root, 'PROJECTS/harbour/LONGRUNNER.md'),
      read(at, 'PROJECTS/harbour/LONGRUNNER.md').replace(
        'model_tier: standard',
        'model_tier: none-such',
      ),
    );
    const outcomes = await callEach(at);
    for (const [words, ...exits] of COMMANDS) {
      const { exit, json } = outcomes.get(words.join(' ')) ?? {};
      t.equal(exit, exits[i], `${words.join(' ')}: ${JSON.stringify(json).slice(0, 300)}`);
      if (exit === 5)
        t.match(
          json,
          { error: { code: 'REFUSED', message: /^capability: |owner only/ } },
          words.join(' '),
        );
    }
    const refusals = at.workspace
      .snapshot()
      .records('AUDIT')
      .filter(
        (row) =>
          fieldText(row, 'type') === 'refusal' &&
          fieldText(row, 'authorisation') === 'command line',
      );
    t.ok(
      refusals.length >= COMMANDS.filter((one) => one[i + 1] === 5).length - 1,
      `${refusals.length} refusals are on record`,
    );
    t.ok(refusals.every((row) => fieldText(row, 'run_id') === at.data.runId));

    const help = (await callForText(at, ['help', 'all'], { env: at.env })).text;
    const [sign, signHelp, appr, ge] = (
      await callMany(
        at,
        [
          ['help', 'sign'],
          ['sign', '--help'],
          ['__complete', '--', 'appr'],
          ['__complete', '--', 'ge'],
        ],
        { env: at.env, json: false },
      )
    ).map((one) => one.text);
    t.match(help, /pass heartbeat/);
    for (const [name, shown] of [
      ['get', i >= 1],
      ['query', i >= 1],
      ['project list', i === 2],
      ['audit show', i === 2],
      ['sign', false],
      ['approve', false],
      ['init', false],
      ['night', false],
    ] as const)
      t.equal(
        new RegExp(`^  ${name} {2}|nocturne ${name}`, 'm').test(help),
        shown,
        `help ${shown ? 'shows' : 'does not show'} ${name}`,
      );
    t.type(sign, 'string');
    t.notMatch(sign, /review what changed in protected/);
    t.type(signHelp, 'string');
    t.notMatch(signHelp, /review what changed in protected/);
    t.equal(appr, '');
    t.equal(ge, i >= 1 ? 'get\n' : '');
  });
}

/**
 * In the words NAME; what is said of the other project is what is said of one that was never there.
 */
const FOREIGN: readonly (readonly string[])[] = [
  ['get', 'PROJECT[NAME].mission'],
  ['get', 'PROJECTS/NAME/LONGRUNNER.md#mission'],
  ['query', "SELECT mission FROM project WHERE key = 'NAME'"],
  ['query', "SELECT path FROM files WHERE path LIKE 'PROJECTS/NAME/%'"],
  ['explain', 'PROJECTS/NAME/outputs/offer.md'],
  ['impact', 'PROJECTS/NAME/outputs/offer.md'],
  ['set', 'PROJECT[NAME].mission', 'x'],
  ['bundle', 'run', 'project_pause', 'slug=NAME', 'reason=x'],
];

t.test('another project is not there, and nothing tells it from one that never was', async (t) => {
  const at = await live(t.testdir(), 'project');
  const status = await callProcess(at, ['status'], { env: at.env });
  t.match(status.json, { projects: [{ slug: 'pages' }] });
  for (const words of [
    ['query', 'SELECT * FROM fields'],
    ['validate'],
    ['__complete', '--', 'get', 'PROJECT['],
    ['__complete', '--', 'impact', 'PROJECTS/'],
  ])
    t.notMatch((await callForText(at, words, { env: at.env })).text, /harbour/i, words.join(' '));
  const answersFor = async (name: string): Promise<readonly string[]> => {
    const words = FOREIGN.map((line) => line.map((word) => word.replace('NAME', name)));
    const outcomes = await callMany(at, words, { env: at.env });
    return outcomes.map(({ exit, json }) =>
      `${exit} ${JSON.stringify(json)}`.replaceAll(name, 'NAME'),
    );
  };
  const [theirs, nobodys] = [await answersFor('harbour'), await answersFor('nowhere')];
  for (const [i, words] of FOREIGN.entries()) {
    t.type(theirs?.[i], 'string');
    t.equal(theirs?.[i], nobodys?.[i], words.join(' '));
    t.notMatch(theirs?.[i], SECRET_MISSION);
  }
  for (const words of FOREIGN.slice(0, 1))
    for (const name of ['harbour', 'nowhere'])
      t.match(
        await callProcess(
          at,
          words.map((word) => word.replace('NAME', name)),
          { env: at.env },
        ),
        { exit: 2, json: { error: { code: 'NOT_FOUND' } } },
        'by a process of its own as well',
      );
  t.match(
    await callProcess(at, ['get', 'PROJECT[harbour].mission']),
    { exit: 0, json: { value: SECRET_MISSION } },
    'the owner sees it',
  );
});

t.test(
  'who calls is never read from the words, nor from an environment that does not fit',
  async (t) => {
    const at = await live(t.testdir(), 'project');
    const { NOCTURNE_PASS_TOKEN: token = '', NOCTURNE_RUN: run = '' } = at.env;
    t.match(
      await callProcess(at, ['project', 'list'], { env: { NOCTURNE_RUN: run } }),
      { exit: 5 },
      'without its token the pass is the pass all the same',
    );
    t.match(
      await callProcess(at, ['get', 'PROJECT[harbour].mission'], { env: { NOCTURNE_RUN: run } }),
      {
        exit: 2,
        json: { error: { code: 'NOT_FOUND' } },
      },
    );
    t.match(
      await callProcess(at, ['get', 'PROJECT[pages].mission'], {
        env: { NOCTURNE_PASS_TOKEN: `${token}x` },
      }),
      { exit: 5, json: { error: { message: /does not belong to a running pass/ } } },
    );
    t.match(
      await callProcess(at, ['get', 'PROJECT[pages].mission'], {
        env: { ...at.env, NOCTURNE_HOME: join(at.root, '../elsewhere') },
      }),
      { exit: 5 },
      'a state directory of its own does not help',
    );
    const bin = fileURLToPath(new URL('../../../../bin/nocturne.cjs', import.meta.url));
    for (const words of ['project list', 'validate --fix', 'approve AP-001']) {
      const { status, stdout } = spawnSync(
        'sh',
        [
          '-c',
          `env -i "PATH=$PATH" "NOCTURNE_HOME=$NOCTURNE_HOME" "${process.execPath}" "${bin}" ${words} --json; exit $?`,
        ],
        {
          cwd: at.root,
          encoding: 'utf8',
          env: { PATH: process.env['PATH'], NOCTURNE_HOME: at.home, ...at.env },
        },
      );
      t.equal(status, 5, `a cleaned environment does not make an owner of it: ${words}: ${stdout}`);
    }
  },
);

t.test('the owner looks at a question, and approves what was shown', async (t) => {
  const at = await live(t.testdir(), 'project');
  const content = `# New\n\n${Array.from({ length: 60 }, (_, i) => `Line ${i}.`).join('\n')}\n`;
  judge(at.workspace, at.data, {
    door: 'mcp',
    actions: [{ kind: 'write', path: 'docs/new.md', content }],
  });
  judge(at.workspace, at.data, { door: 'mcp', actions: [{ kind: 'delete', path: 'docs/old.md' }] });
  const list = await callProcess(at, ['approvals', 'list', '--all']);
  t.match(list, {
    exit: 0,
    json: {
      approvals: [
        {
          id: 'AP-001',
          project: 'pages',
          run_id: at.data.runId,
          action: 'write',
          target: 'docs/new.md',
          question: /^N-/,
        },
        { id: 'AP-002', action: 'delete' },
      ],
    },
  });
  const shown = (await callForText(at, ['approvals', 'show', 'AP-001'])).text;
  t.match(shown, /A yes would write docs\/new\.md \(\d+ bytes, a new file\)/);
  t.match(shown, /\+Line 59\./, 'to the last line');
  t.match(await callProcess(at, ['approvals', 'show', 'AP-009']), {
    exit: 2,
    json: { error: { code: 'NOT_FOUND', hint: /AP-001, AP-002/ } },
  });
  t.match(
    await callProcess(at, ['approve', 'AP-001'], { env: at.env }),
    { exit: 5, json: { error: { message: /owner only/ } } },
    'no pass approves what it asked for',
  );
  t.match(
    await callProcess(at, [
      'bundle',
      'run',
      'approval_record',
      'id=AP-001',
      'event=approved',
      `payload=${'a'.repeat(64)}`,
      'action=write',
      'target=x',
      'by=owner',
    ]),
    { exit: 5, json: { error: { message: /only Nocturne runs the bundle/ } } },
  );
  t.match(await callProcess(at, ['decline', 'AP-002']), {
    exit: 0,
    json: { approval: 'AP-002', done: false, then: /declined/ },
  });
  t.match(await callProcess(at, ['approve', 'AP-001']), {
    exit: 0,
    json: { approval: 'AP-001', done: true },
  });
  t.equal(read(at, 'docs/new.md'), content);
  t.match(await callProcess(at, ['approve', 'AP-001']), {
    exit: 5,
    json: { error: { code: 'REFUSED', message: /is already done/ } },
  });
  t.match(await callProcess(at, ['approve', 'AP-002']), {
    exit: 5,
    json: { error: { code: 'REFUSED', message: /is already done/ } },
  });
  t.match(await callProcess(at, ['gate']), { exit: 0 });
});

t.test('a command that only the scope stands against is asked about like a tool', async (t) => {
  const at = await live(t.testdir(), 'project');
  const { exit, json } = await callProcess(
    at,
    ['add', 'DRAFT', '--key', 'wanderer', 'mission=Walk', 'phase.name=seed', 'phase.objective=Go'],
    { env: at.env },
  );
  t.equal(exit, 5);
  t.match(json, { error: { code: 'REFUSED', message: /approval: the owner was asked: AP-001/ } });
  t.match(await callProcess(at, ['approve', 'AP-001']), { exit: 0, json: { done: true } });
  t.match(await callProcess(at, ['get', 'DRAFT[wanderer].mission']), {
    exit: 0,
    json: { value: 'Walk' },
  });
});
