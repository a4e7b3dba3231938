/**
 * One judge behind every door: the same bad write is refused for the same reasons by `nocturne set`,
 * `nocturne write`, `nocturne edit` and `nocturne tool` (real processes), an edit through MCP, a
 * chat agent's tool, the hook of a host, and the reconciliation of what an agent wrote past all of
 * them.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { answerEvent } from '../../src/hosts/claude-code/hooks/answer-event.js';
import { NocturneError } from '../../src/kernel/error.js';
import { chatTools } from '../../src/passes/chat-tools.js';
import { baselineOf } from '../../src/passes/reconcile/baseline.js';
import { reconcile } from '../../src/passes/reconcile/reconcile.js';
import { callTool } from '../../src/surfaces/mcp/call-tool.js';
import { writeTool } from '../../src/tools/write.js';
import { openCommitRecord } from '../../src/workspace/commit-record.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import { environment } from '../passes/pass-workspace.js';
import { CREDENTIAL } from '../support/attacks.js';
import { card, CARDS, cardPass, PARTS } from '../support/card-workspace.js';
import type { LivePass } from '../support/live-pass.js';
import { callMany } from './cli/run-cli.js';

t.setTimeout(300_000);

type BadWrite = readonly [
  that: string,
  path: string,
  edit: readonly [old: string, next: string],
  set: readonly [address: string, value: string],
  code: string,
];

const cardA = (field: string): string => `CARD[a].${field}`;
const ofA = `${CARDS}/a.md`;
const ofB = `${CARDS}/b.md`;
const ofC = `${CARDS}/c.md`;
const FINDINGS = 'PROJECTS/inventory/outputs/findings.md';
const NOTES = 'memory/2026-11-20.md';

const BAD_WRITES: readonly BadWrite[] = [
  ['a word for a number', ofA, ['level: 2', 'level: high'], [cardA('level'), 'high'], 'contract'],
  ['a number out of range', ofA, ['level: 2', 'level: 6'], [cardA('level'), '6'], 'contract'],
  ['a number below', ofA, ['level: 2', 'level: 0'], [cardA('level'), '0'], 'contract'],
  [
    'a word that is none of an enum',
    ofA,
    ['state: open', 'state: lost'],
    [cardA('state'), 'lost'],
    'contract',
  ],
  [
    'a required field emptied',
    ofA,
    ['code: A1', 'code: null'],
    [cardA('code'), 'null'],
    'contract',
  ],
  ['another pattern', ofA, ['code: A1', 'code: a1'], [cardA('code'), 'a1'], 'contract'],
  ['no date', ofA, ['due: null', 'due: soon'], [cardA('due'), 'soon'], 'contract'],
  [
    'a reference to nothing',
    ofC,
    ['part: null', 'part: screw'],
    ['CARD[c].part', 'screw'],
    'contract',
  ],
  [
    'a negative number',
    PARTS,
    ['| x3 | 1 |', '| x3 | -1 |'],
    ['PART[pin].strength', '-1'],
    'contract',
  ],
  [
    'text in a table of numbers',
    PARTS,
    ['| x3 | 1 |', '| x3 | strong |'],
    ['PART[pin].strength', 'strong'],
    'contract',
  ],
  [
    'a key that another row of the table has',
    PARTS,
    ['| pin |', '| nut |'],
    ['PART[pin].name', 'nut'],
    'contract',
  ],
  [
    'a severity out of range',
    FINDINGS,
    ['| left-pad | 3 |', '| left-pad | 11 |'],
    ['FINDING[left-pad].severity', '11'],
    'contract',
  ],
  [
    'a project that does not exist',
    FINDINGS,
    ['| inventory |', '| harbour |'],
    ['FINDING[left-pad].project', 'harbour'],
    'contract',
  ],
  [
    'a result emptied',
    NOTES,
    ['**Result:** twelve packages', '**Result:** -'],
    ['MEMORY[RUN-20261120-001].result', 'null'],
    'contract',
  ],
  [
    "the owner's field",
    ofA,
    ['verdict: null', 'verdict: good'],
    [cardA('verdict'), 'good'],
    'field-writer',
  ],
  ['a field of bundles', ofA, ['score: null', 'score: 4'], [cardA('score'), '4'], 'field-writer'],
  [
    "the owner's column",
    FINDINGS,
    ['| true |', '| false |'],
    ['FINDING[left-pad].accepted', 'false'],
    'field-writer',
  ],
  ['a code that another card has', ofA, ['code: A1', 'code: B1'], [cardA('code'), 'B1'], 'unique'],
  [
    'a seat that another open card has',
    ofA,
    ['seat: s1', 'seat: s3'],
    [cardA('seat'), 's3'],
    'unique',
  ],
  [
    'a card opened on a seat that is taken',
    ofB,
    ['state: done', 'state: open'],
    ['CARD[b].state', 'open'],
    'unique',
  ],
  [
    'a serial that another row has',
    PARTS,
    ['| pin | x3 |', '| pin | x1 |'],
    ['PART[pin].serial', 'x1'],
    'unique',
  ],
  [
    'a part renamed that cards and a part refer to',
    PARTS,
    ['| bolt | x1 |', '| rivet | x1 |'],
    ['PART[bolt].name', 'rivet'],
    'reference',
  ],
  ['done without a part', ofC, ['state: open', 'state: done'], ['CARD[c].state', 'done'], 'rule'],
  [
    'the part taken from a card that is done',
    ofB,
    ['part: bolt', 'part: null'],
    ['CARD[b].part', 'null'],
    'rule',
  ],
  ['more than its part can bear', ofA, ['level: 2', 'level: 4'], [cardA('level'), '4'], 'rule'],
  ['a weaker part', ofA, ['part: bolt', 'part: pin'], [cardA('part'), 'pin'], 'rule'],
  [
    'a part made weaker than its cards',
    PARTS,
    ['| x1 | 3 |', '| x1 | 1 |'],
    ['PART[bolt].strength', '1'],
    'rule',
  ],
  [
    'levels that are too much together',
    ofC,
    ['level: 1', 'level: 5'],
    ['CARD[c].level', '5'],
    'rule',
  ],
  [
    'a credential',
    ofA,
    ['note: null', `note: ${CREDENTIAL}`],
    [cardA('note'), CREDENTIAL],
    'secret',
  ],
  [
    'a file that only bundles write',
    'ACTIVE-PROJECTS.md',
    ['| 1 | inventory |', '| 2 | inventory |'],
    ['DISPATCH[inventory].priority', '2'],
    'bundle-only',
  ],
  [
    'phases',
    'PROJECTS/inventory/PHASES.md',
    ['**Objective:** collect', '**Objective:** rest'],
    ['PHASES[collect].objective', 'rest'],
    'tier-code',
  ],
  [
    'a protected table',
    'orchestration-os/OPS-TOOL-REGISTRY.md',
    ['| tests | make | test |', '| tests | make | * |'],
    ['TOOL-RULE[tests].allow', '*'],
    'tier-protected',
  ],
];

/** Everything that is not a log. */
const textOf = (pass: LivePass, path: string): string =>
  readFileSync(join(pass.root, path), 'utf8');
const afterwards = (pass: LivePass, [, path, [old, next]]: BadWrite): string => {
  const before = textOf(pass, path);
  if (before.split(old).length !== 2) throw new Error(`"${old}" does not stand once in ${path}`);
  return before.replace(old, () => next);
};

type Said = { readonly reasons?: readonly { readonly code: string }[] };
const codesOf = (error: unknown): readonly string[] => [
  ...new Set((error as Said | undefined)?.reasons?.map((reason) => reason.code) ?? []),
];

const COMMANDS = ['set', 'write', 'edit', 'tool'] as const;
type OfCommands = Readonly<Record<(typeof COMMANDS)[number], readonly string[]>>;

/** The commands for all writes, in one process that is the whole command line. */
async function commandLine(
  pass: LivePass,
  directory: string,
): Promise<(write: number) => OfCommands> {
  const words = BAD_WRITES.flatMap((bad, i) => {
    const file = join(directory, `content-${i}`);
    writeFileSync(file, afterwards(pass, bad));
    const [, path, [old, next], [address, value]] = bad;
    return [
      ['set', address, value],
      ['write', path, '--content-file', file],
      ['edit', path, '--old', old, '--new', next],
      ['tool', 'edit', '--path', path, '--old-text', old, '--new-text', next],
    ];
  });
  const answers = await callMany(pass, words, { env: { NOCTURNE_PASS_TOKEN: pass.data.token } });
  const codes = answers.map(({ json }) => codesOf(json['error']));
  const codeOf = (write: number, command: number) => codes[COMMANDS.length * write + command] ?? [];
  return (write) => ({
    set: codeOf(write, 0),
    write: codeOf(write, 1),
    edit: codeOf(write, 2),
    tool: codeOf(write, 3),
  });
}

async function throughMcp(pass: LivePass, [, path, [old, next]]: BadWrite) {
  const never = new AbortController().signal;
  const { structuredContent } = await callTool(
    {
      workspace: pass.workspace,
      check: () => Promise.reject(new Error('nothing is checked here')),
      env: {},
      signal: never,
      say: () => undefined,
    },
    {
      name: 'edit',
      args: { path, old_text: old, new_text: next },
      token: pass.data.token,
      client: undefined,
      signal: never,
    },
  );
  return codesOf(structuredContent?.['error']);
}

async function throughChat(pass: LivePass, bad: BadWrite): Promise<readonly string[]> {
  const tools = chatTools({ env: environment(pass), pass: pass.data });
  try {
    await tools.call(writeTool, { path: bad[1], content: afterwards(pass, bad) });
    return [];
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    return codesOf(error);
  }
}

/** A hook answers in words, in which each reason begins with its code. */
async function throughHook(pass: LivePass, [, path, [old, next]]: BadWrite) {
  const { workspace, root, data } = pass;
  const event = {
    session_id: 's-1',
    cwd: root,
    hook_event_name: 'PreToolUse',
    tool_name: 'Edit',
    tool_use_id: 'toolu_1',
    tool_input: { file_path: join(root, path), old_string: old, new_string: next },
  };
  const { stdout } = await answerEvent(JSON.stringify(event), () => ({
    workspace,
    token: data.token,
    governed: true,
    modules: async () => [],
  }));
  return stdout;
}

/** What stands first among the reasons is what an undone file is recorded with. */
function throughReconcile(pass: LivePass, bad: BadWrite): readonly string[] {
  const { workspace, data, root } = pass;
  const baseline = baselineOf(workspace, openSnapshot(root, { now: workspace.clock.now() }));
  writeFileSync(join(root, bad[1]), afterwards(pass, bad));
  return reconcile(workspace, { ...data, baseline }).undone.map((one) => one.code);
}

t.test('thirty bad writes are refused by every door for the same reasons', async (t) => {
  const pass = cardPass(t.testdir());
  const before = BAD_WRITES.map(([, path]) => textOf(pass, path));
  const commands = await commandLine(pass, join(pass.root, '..'));
  t.ok(BAD_WRITES.length >= 30, `${BAD_WRITES.length} writes`);
  for (const [i, bad] of BAD_WRITES.entries()) {
    const [that, , , , code] = bad;
    const { set, ...others } = commands(i);
    const doors = {
      ...others,
      mcp: await throughMcp(pass, bad),
      chat: await throughChat(pass, bad),
    };
    t.ok(set.includes(code), `${that} is ${code}: set says ${set.join(', ') || 'nothing'}`);
    for (const [door, codes] of Object.entries(doors))
      t.same([...codes].sort(), [...set].sort(), `${that}: ${door}`);
    const hooked = await throughHook(pass, bad);
    for (const reason of set) t.match(hooked, `${reason}: `, `${that}: hook`);
    const reconciled = throughReconcile(pass, bad);
    t.same(reconciled, others.write.slice(0, 1), `${that}: reconciliation`);
  }
  t.same(
    BAD_WRITES.map(([, path]) => textOf(pass, path)),
    before,
    'and nothing has changed',
  );
});

t.test('files that an agent changed together are judged together', async (t) => {
  const next = (pass: LivePass, changes: Readonly<Record<string, string | undefined>>) => {
    const { workspace, data, root } = pass;
    const baseline = baselineOf(workspace, openSnapshot(root, { now: workspace.clock.now() }));
    for (const [path, content] of Object.entries(changes))
      if (content === undefined) rmSync(join(root, path));
      else writeFileSync(join(root, path), content);
    const { accepted, undone } = reconcile(workspace, { ...data, baseline });
    return {
      accepted: accepted.map((one) => one.path),
      undone: undone.map((one) => `${one.path} ${one.code}`),
    };
  };
  const made = { code: 'D1', level: '1', state: 'open', part: 'screw' };
  const parts = (pass: LivePass): string => textOf(pass, PARTS);
  await t.test('a record and the one that it refers to', async (t) => {
    const pass = cardPass(t.testdir());
    t.same(
      next(pass, {
        [`${CARDS}/d.md`]: card(made),
        [PARTS]: `${parts(pass)}| screw | x9 | 5 | - |\n`,
      }),
      { accepted: [`${CARDS}/d.md`, PARTS], undone: [] },
    );
  });
  await t.test('what refers to a record that is undone is undone with it', async (t) => {
    const pass = cardPass(t.testdir());
    t.same(
      next(pass, {
        [`${CARDS}/d.md`]: card(made),
        [PARTS]: `${parts(pass)}| screw | x9 | strong | - |\n`,
      }),
      { accepted: [], undone: [`${CARDS}/d.md contract`, `${PARTS} contract`] },
    );
  });
  await t.test('of two with one value of its own, one', async (t) => {
    const pass = cardPass(t.testdir());
    const twin = card({ ...made, part: 'bolt' });
    t.same(next(pass, { [`${CARDS}/d.md`]: twin, [`${CARDS}/e.md`]: twin }), {
      accepted: [`${CARDS}/e.md`],
      undone: [`${CARDS}/d.md unique`],
    });
  });
  const page = 'PROJECTS/inventory/outputs/plain.md';
  const crowdOf = (size: number): Readonly<Record<string, string>> =>
    Object.fromEntries([
      [page, '# Plain\n'],
      ...Array.from({ length: size }, (_, i) => [
        `${CARDS}/x${i}.md`,
        card({ code: `X${i}`, level: '1', state: 'open', part: 'bolt' }),
      ]),
    ]);
  await t.test(
    'of a hundred that are too many together, those for which there is room',
    async (t) => {
      const { accepted, undone } = next(cardPass(t.testdir()), crowdOf(100));
      t.equal(accepted.filter((path) => path !== page).length, 3);
      t.equal(undone.length, 97);
      t.same(
        undone.filter((one) => !one.endsWith(' rule')),
        [],
      );
    },
  );
  await t.test('of more than a hundred that are too many together, none', async (t) => {
    const { accepted, undone } = next(cardPass(t.testdir()), crowdOf(101));
    t.same(accepted, [page], 'a page without records has nothing to do with them');
    t.equal(undone.length, 101);
    t.same(
      undone.filter((one) => !one.endsWith(' rule')),
      [],
    );
  });
  await t.test('of more than a hundred in order, all but the one that is not', async (t) => {
    const pass = cardPass(t.testdir());
    const registry = textOf(pass, 'REGISTRY.md');
    writeFileSync(
      join(pass.root, 'REGISTRY.md'),
      registry.replace('HAVING sum(level) > 8', 'HAVING sum(level) > 800'),
    );
    const { accepted, undone } = next(pass, {
      ...crowdOf(102),
      [`${CARDS}/x7.md`]: card({ code: 'X7', level: '9', state: 'open', part: 'bolt' }),
    });
    t.equal(accepted.length, 102);
    t.same(undone, [`${CARDS}/x7.md contract`]);
  });
  await t.test('a value that was taken through a tool meanwhile', async (t) => {
    const pass = cardPass(t.testdir());
    const { workspace, data, root } = pass;
    const baseline = baselineOf(workspace, openSnapshot(root, { now: workspace.clock.now() }));
    openCommitRecord(workspace.state, data.runId);
    const twin = card({ ...made, part: 'bolt' });
    const tools = chatTools({ env: environment(pass), pass: data });
    await tools.call(writeTool, { path: `${CARDS}/d.md`, content: twin });
    writeFileSync(join(root, `${CARDS}/e.md`), twin);
    t.match(reconcile(workspace, { ...data, baseline }).undone, [
      { path: `${CARDS}/e.md`, code: 'unique' },
    ]);
  });
  await t.test('a deletion that leaves references behind', async (t) => {
    const pass = cardPass(t.testdir());
    t.same(next(pass, { [PARTS]: undefined }), { accepted: [], undone: [`${PARTS} reference`] });
    const unreferred = Object.fromEntries(
      ['a', 'b'].map((name) => [`${CARDS}/${name}.md`, undefined]),
    );
    t.same(next(pass, { [PARTS]: undefined, ...unreferred }), {
      accepted: [`${CARDS}/a.md`, `${CARDS}/b.md`, PARTS],
      undone: [],
    });
  });
});
