/** When a chat agent gets nowhere: by what its calls bring, and never by their number alone. */
import t from 'tap';
import type { MadeCall } from '../../src/agents/evidence.js';
import { isStandstill, standstill } from '../../src/agents/standstill.js';

type Call = MadeCall & { readonly tokens?: number; readonly ms?: number };
const call = (name: string, args: object, text: string, more: Partial<Call> = {}): Call => ({
  name,
  argumentsText: JSON.stringify(args),
  ok: true,
  text,
  ...more,
});
const page = (name: string): string => `# ${name}\n\nWhat ${name} is about.\n`;
const read = (path: string, text = page(path)): Call => call('read', { path }, text);
const write = (path: string, content: string): Call => call('write', { path, content }, 'written');
const edit = (path: string, old_text: string, new_text: string): Call =>
  call('edit', { path, old_text, new_text }, 'edited');
const run = (command: string, text: string): Call => call('run', { command }, text);
const times = (count: number, make: (i: number) => Call): readonly Call[] =>
  Array.from({ length: count }, (_, i) => make(i));
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `row ${from + i}: ${(from + i) * 7}`).join('\n');

/** Calls until the run is stopped; `undefined`: it is not. */
function stoppedAfter(calls: readonly Call[]): number | undefined {
  const [tokens, ms] = [{ used: 0 }, { now: 0 }];
  const limits = { calls: 10, minutes: 10, maxTokens: 400_000 };
  const watch = standstill(limits, { tokens: () => tokens.used, now: () => ms.now });
  for (const [i, made] of calls.entries()) {
    tokens.used += made.tokens ?? 2000;
    ms.now += made.ms ?? 5000;
    watch.made(made, 0);
    if (watch.reason() !== undefined) return i + 1;
  }
  return undefined;
}

const HONEST: Readonly<Record<string, readonly Call[]>> = {
  '60 different files are read': times(60, (i) => read(`notes/${i}.md`)),
  '60 files that differ in one line of forty are read': times(60, (i) =>
    read(`p${i}/package.json`, `${lines(0, 40)}\nname: p${i}`),
  ),
  'a large table is read page by page': times(60, (i) =>
    call('read', { path: 'data.csv', from: i * 50, to: i * 50 + 50 }, lines(i * 50, i * 50 + 50)),
  ),
  'a page grows by one entry a call': times(60, (i) =>
    write('out.md', `# Entries\n${lines(0, i + 1)}`),
  ),
  'the last entry is edited into two': times(60, (i) =>
    edit('out.md', `entry ${i}`, `entry ${i}\nentry ${i + 1}`),
  ),
  'forty places of an old page are corrected': times(40, (i) =>
    edit('old.md', `wrong ${i}`, `right ${i}`),
  ),
  'a check runs after every edit and prints the same': times(60, (i) =>
    i % 2 === 0 ? edit('a.ts', `bug ${i}`, `fix ${i}`) : run('npm test', '1 test failed in 12 ms'),
  ),
  'five pages are read twice on the way': times(60, (i) =>
    i % 3 === 2 ? read(`notes/${i % 5}.md`) : read(`sources/${i}.md`),
  ),
  'a refusal now and then is no loop': times(40, (i) =>
    i % 3 === 0
      ? call('write', { path: `SOUL-${i}.md`, content: '' }, 'refused', { ok: false })
      : read(`n/${i}.md`),
  ),
};

const STUCK: Readonly<Record<string, readonly [calls: readonly Call[], most: number]>> = {
  'A, B, A, B': [times(60, (i) => read(i % 2 === 0 ? 'a.md' : 'b.md')), 12],
  'the same five files again and again': [times(60, (i) => read(`${i % 5}.md`)), 15],
  'the same text is written again': [times(60, () => write('out.md', page('out'))), 11],
  'the same text is written under other names': [
    times(60, (i) => write(`out-${i}.md`, page('out'))),
    11,
  ],
  'two texts take turns': [times(60, (i) => write('out.md', page(i % 2 === 0 ? 'a' : 'b'))), 12],
  'an edit and its reverse': [
    times(60, (i) => edit('out.md', i % 2 === 0 ? 'a' : 'b', i % 2 === 0 ? 'b' : 'a')),
    12,
  ],
  'one text is polished for ever': [times(60, (i) => write('out.md', `draft ${i % 10}`)), 20],
  'its own page is read after every rewrite': [
    times(60, (i) =>
      i % 2 === 0 ? write('out.md', `draft ${i}`.slice(0, 7)) : read('out.md', 'draft 0'),
    ),
    20,
  ],
  'a check runs again and differs in its times only': [
    times(60, (i) => (i % 2 === 0 ? run('npm test', `failed in ${i} ms`) : read('a.md'))),
    12,
  ],
  'one file is read with a window that moves by one line': [
    times(60, (i) => call('read', { path: 'a.md', from: i, to: i + 40 }, lines(i, i + 40))),
    11,
  ],
  'calls are refused, each in other words': [
    times(60, (i) => call('write', { path: `../${i}` }, `no: ${i}`, { ok: false })),
    10,
  ],
  'ten searches in vain, then ten more': [
    times(60, (i) => call('search', { pattern: `word${i}` }, 'No line matches.')),
    11,
  ],
  'something new every eighth call only': [
    times(60, (i) => (i % 8 === 0 ? read(`new-${i}.md`) : read('a.md'))),
    20,
  ],
  'few calls, and a quarter of the tokens': [
    times(60, () => ({ ...read('a.md'), tokens: 60_000 })),
    3,
  ],
  'few calls, and ten minutes': [times(60, () => ({ ...read('a.md'), ms: 400_000 })), 3],
};

t.test('an agent that finds or makes something new goes on', async (t) => {
  for (const [name, calls] of Object.entries(HONEST)) t.equal(stoppedAfter(calls), undefined, name);
});

t.test('one that does not is stopped within a third of its 60 calls', async (t) => {
  for (const [name, [calls, most]] of Object.entries(STUCK)) {
    const stopped = stoppedAfter(calls);
    t.ok(stopped !== undefined && stopped <= most, `${name}: after ${stopped} of at most ${most}`);
    t.ok(most <= 20);
  }
});

t.test('the decision is a function of credit, calls, tokens and time', async (t) => {
  const none = { credit: 10, calls: 0, tokens: 0, ms: 0 };
  const limits = { calls: 10, minutes: 10, maxTokens: 1000 };
  const cases: readonly (readonly [object, object, boolean])[] = [
    [{}, {}, false],
    [{ credit: 1, calls: 9 }, {}, false],
    [{ credit: 0, calls: 10 }, {}, true],
    [{ calls: 1, tokens: 900 }, {}, false],
    [{ calls: 2, tokens: 249 }, {}, false],
    [{ calls: 2, tokens: 250 }, {}, true],
    [{ calls: 9, tokens: 1_000_000 }, { maxTokens: undefined }, false],
    [{ calls: 1, ms: 3_600_000 }, {}, false],
    [{ calls: 2, ms: 599_999 }, {}, false],
    [{ calls: 2, ms: 600_000 }, {}, true],
  ];
  for (const [signs, change, stops] of cases)
    t.equal(
      isStandstill({ ...none, ...signs }, { ...limits, ...change }),
      stops,
      JSON.stringify([signs, change]),
    );
});

t.test('time inside a tool does not count, and coming nearer starts again', async (t) => {
  const time = { now: 0 };
  const watch = standstill(
    { calls: 4, minutes: 10, maxTokens: undefined },
    { tokens: () => 0, now: () => time.now },
  );
  for (let i = 0; i < 3; i++) {
    time.now += 1_800_000;
    watch.made(run('make', 'failed'), 1_800_000);
  }
  t.equal(watch.reason(), undefined);
  watch.made(run('make', 'failed'), 0);
  t.equal(watch.isClose(), true);
  watch.nearer();
  t.equal(watch.isClose(), false);
  for (let i = 0; i < 4; i++) watch.made(run('make', 'failed'), 0);
  t.match(watch.reason(), /4 steps in 1 s .*run make \(4 times\)/);
});
