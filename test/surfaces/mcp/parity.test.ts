import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import t, { type Test } from 'tap';
import { type Place, placeWithProject } from '../../passes/pass-workspace.js';
import {
  ask,
  askForDocument,
  beginPass,
  call,
  connectStdio,
  ENTRIES,
  type Env,
  PAGE,
} from './mcp-place.js';

t.setTimeout(240_000);

const FROM_SHELL = PAGE.replace('page.md', 'shell.md');
const NOTE = 'Two packages have no licence.\nBoth are marked.';

/** One call, said both ways. `textDiffers`: the command prints a table for people. */
type Case = {
  readonly tool: string;
  readonly that: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
  readonly input?: string;
  readonly textDiffers?: true;
  readonly fails?: true;
  /** What it answers is of what it did just then. */
  readonly timed?: true;
};
const CASES: readonly Case[] = [
  { tool: 'brief', that: 'of the running pass', args: {}, words: ['brief'] },
  {
    tool: 'read',
    that: 'a whole file',
    args: { path: 'PROJECTS/pages/PHASES.md' },
    words: ['read', 'PROJECTS/pages/PHASES.md'],
  },
  {
    tool: 'read',
    that: 'some lines',
    args: { path: 'SOUL.md', from: 1, to: 3 },
    words: ['read', 'SOUL.md', '--from', '1', '--to', '3'],
  },
  {
    tool: 'read',
    that: 'a file that is not there',
    args: { path: 'nothing.md' },
    words: ['read', 'nothing.md'],
    fails: true,
  },
  {
    tool: 'read',
    that: 'a file outside',
    args: { path: '/etc/passwd' },
    words: ['read', '/etc/passwd'],
    fails: true,
  },
  {
    tool: 'write',
    that: 'an output',
    args: { path: PAGE, content: ENTRIES },
    words: ['write', FROM_SHELL],
    input: ENTRIES,
  },
  {
    tool: 'write',
    that: 'a protected file',
    args: { path: 'SOUL.md', content: '# Sold\n' },
    words: ['write', 'SOUL.md'],
    input: '# Sold\n',
    fails: true,
  },
  {
    tool: 'edit',
    that: 'an output',
    args: { path: PAGE, old_text: 'two', new_text: 'three' },
    words: ['edit', FROM_SHELL, '--old', 'two', '--new', 'three'],
  },
  {
    tool: 'edit',
    that: 'a text that is not there',
    args: { path: 'SOUL.md', old_text: 'no such text', new_text: '' },
    words: ['edit', 'SOUL.md', '--old', 'no such text', '--new', ''],
    fails: true,
  },
  {
    tool: 'query',
    that: 'rows',
    args: { sql: 'SELECT slug, status FROM dispatch' },
    words: ['query', 'SELECT slug, status FROM dispatch'],
    textDiffers: true,
  },
  {
    tool: 'search',
    that: 'hits',
    args: { pattern: '^- \\*\\*domain', glob: '*.md' },
    words: ['search', '^- \\*\\*domain', '--glob', '*.md'],
  },
  {
    tool: 'impact',
    that: 'of a page',
    args: { path: 'SOUL.md' },
    words: ['impact', 'SOUL.md'],
    textDiffers: true,
  },
  {
    tool: 'impact',
    that: 'of a page that is not there',
    args: { path: 'nothing.md' },
    words: ['impact', 'nothing.md'],
    fails: true,
  },
  { tool: 'validate', that: 'everything', args: {}, words: ['validate'] },
  {
    tool: 'validate',
    that: 'one rule',
    args: { rule: 'link-broken' },
    words: ['validate', '--rule', 'link-broken'],
  },
  {
    tool: 'validate',
    that: 'a rule that does not exist',
    args: { rule: 'no-rule' },
    words: ['validate', '--rule', 'no-rule'],
    fails: true,
  },
  {
    tool: 'notify',
    that: 'the owner',
    args: { text: NOTE, priority: 'medium' },
    words: ['notify', NOTE, '--priority', 'medium'],
  },
];

/** For whoever reads without a pass, in this order: the index has to be there first. */
const KNOWLEDGE: readonly Case[] = [
  { tool: 'reindex', that: 'of everything', args: {}, words: ['knowledge', 'index'], timed: true },
  {
    tool: 'semantic_search',
    that: 'with filters',
    args: { query: 'hard lines of a pass path:orchestration-os/', limit: 4, explain: true },
    words: [
      'knowledge',
      'search',
      'hard lines of a pass path:orchestration-os/',
      '-n',
      '4',
      '--explain',
    ],
  },
  {
    tool: 'semantic_search',
    that: 'a phrase',
    args: { query: '"pre-approval"' },
    words: ['knowledge', 'search', '"pre-approval"'],
  },
  {
    tool: 'semantic_search',
    that: 'of nothing',
    args: { query: 'path:docs/' },
    words: ['knowledge', 'search', 'path:docs/'],
    fails: true,
  },
  {
    tool: 'find_related',
    that: 'of a page',
    args: { path: 'orchestration-os/RUNNERS.md', limit: 3 },
    words: ['knowledge', 'related', 'orchestration-os/RUNNERS.md', '-n', '3'],
  },
  {
    tool: 'find_related',
    that: 'of a page that is not there',
    args: { path: 'nothing.md' },
    words: ['knowledge', 'related', 'nothing.md'],
    fails: true,
  },
  { tool: 'knowledge_stats', that: 'of the index', args: {}, words: ['knowledge', 'stats'] },
];

const differing = (value: string): string =>
  value
    .trimEnd()
    .replaceAll('shell.md', 'page.md')
    .replace(/N-\d{8}-\d{3}/g, 'N');
const normal = (value: unknown): unknown => JSON.parse(differing(JSON.stringify(value)));

async function compare(
  t: Test,
  at: { place: Place; client: Client; env: Env; one: Case },
): Promise<void> {
  const { place, client, env, one } = at;
  const asked = { env, ...(one.input === undefined ? {} : { input: one.input }) };
  const shell = await ask(place, one.words, asked);
  const answer = await call(client, one.tool, one.args);
  t.equal(answer.failed, one.fails === true, answer.text);
  t.equal(shell.exit !== 0, one.fails === true, shell.stderr);
  // An error of the command line begins with its file.
  const said = one.fails === true ? shell.stderr.replace(/^\S+ +(?=[A-Z_]+: )/, '') : shell.stdout;
  if (one.textDiffers !== true && one.timed !== true)
    t.equal(differing(answer.text), differing(said), 'the same text');
  if (one.tool === 'write' || one.tool === 'edit' || one.tool === 'notify' || one.timed === true)
    return;
  const { ok, ...printed } = await askForDocument(place, one.words, asked);
  t.equal(ok, one.fails !== true);
  if (answer.data !== undefined) t.same(normal(answer.data), normal(printed), 'the same document');
}

t.test('each tool answers as its command does', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const env = { NOCTURNE_PASS_TOKEN: beginPass(place).token };
  const client = await connectStdio(place, env);
  t.teardown(() => client.close());
  for (const one of CASES)
    await t.test(`${one.tool}: ${one.that}`, (t) => compare(t, { place, client, env, one }));
  const { tools } = await client.listTools();
  t.same(
    tools
      .map((tool) => tool.name)
      .filter((name) => ![...CASES, ...KNOWLEDGE].some((one) => one.tool === name)),
    [],
    'no tool is left out',
  );
});

t.test('so does each tool of a module', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const client = await connectStdio(place);
  t.teardown(() => client.close());
  for (const one of KNOWLEDGE)
    await t.test(`${one.tool}: ${one.that}`, (t) => compare(t, { place, client, env: {}, one }));
});

t.test('a pass whose runner sees its project alone searches, and does not index', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  await ask(place, ['knowledge', 'index', '--embedder', 'none']);
  const env = { NOCTURNE_PASS_TOKEN: beginPass(place).token };
  const client = await connectStdio(place, env);
  t.teardown(() => client.close());
  t.equal((await call(client, 'semantic_search', { query: 'hard lines' })).failed, false);
  t.match(
    (await call(client, 'reindex')).text,
    /REFUSED: capability: reindex needs the capability workspace/,
  );
  t.equal((await ask(place, ['knowledge', 'index'], { env })).exit, 5);
});

t.test('the documents of commands that change something are those of the tools', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const env = { NOCTURNE_PASS_TOKEN: beginPass(place).token };
  const client = await connectStdio(place, env);
  t.teardown(() => client.close());
  const pairs = [
    [
      await askForDocument(place, ['write', FROM_SHELL], { env, input: ENTRIES }),
      (await call(client, 'write', { path: PAGE, content: ENTRIES })).data,
    ],
    [
      await askForDocument(place, ['edit', FROM_SHELL, '--old', 'two', '--new', 'three'], { env }),
      (await call(client, 'edit', { path: PAGE, old_text: 'two', new_text: 'three' })).data,
    ],
    [
      await askForDocument(place, ['notify', NOTE], { env }),
      (await call(client, 'notify', { text: NOTE })).data,
    ],
  ] as const;
  for (const [{ ok, ...printed }, data] of pairs) {
    t.equal(ok, true);
    t.same(normal(data), normal(printed));
  }
});
