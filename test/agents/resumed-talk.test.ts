/** A conversation that was interrupted: each call is made once, and nobody guesses. */
import t from 'tap';
import type { TalkEntry } from '../../src/agents/kept-run.js';
import { SCRIPTED_REPORT } from '../support/scripted-openai.js';
import { budget, start, toolResults } from './chat-run.js';

const call = (id: string, name: string, args: object) => ({
  id,
  name,
  argumentsText: JSON.stringify(args),
});
const ASKED = [
  call('a', 'read', { path: 'a.md' }),
  call('b', 'read', { path: 'b.md' }),
  call('c', 'run', { command: 'make' }),
  call('d', 'edit', { path: 'd.md', old_text: 'x', new_text: 'xx' }),
  call('e', 'run', { command: 'ls' }),
];
const asked = (more: object = {}): TalkEntry => ({
  kind: 'answer',
  content: 'Five things.',
  calls: ASKED,
  ...more,
});

t.test(
  'what was finished is not made again, and what may have happened is not repeated',
  async (t) => {
    const made: string[] = [];
    const tool = (name: string) => (first: string) => {
      made.push(`${name} ${first}`);
      return { ok: true, text: `now ${first}` };
    };
    const entries: readonly TalkEntry[] = [
      asked(),
      { kind: 'calling', id: 'a' },
      { kind: 'result', id: 'a', text: 'then a.md' },
      { kind: 'calling', id: 'b' },
      { kind: 'calling', id: 'c' },
      { kind: 'calling', id: 'd' },
    ];
    const kept: TalkEntry[] = [];
    const { server, outcome } = await start(t, {
      script: [{ say: SCRIPTED_REPORT }],
      input: {
        prompt: 'Go on.',
        resume: { kind: 'talk', prompt: 'The task.', entries },
        keep: (entry) => kept.push(entry),
        tools: { read: tool('read'), run: tool('run'), edit: tool('edit') },
      },
    });
    t.equal(outcome.kind, 'finished');
    t.same(made, ['read b.md', 'run ls'], 'a look is taken again, and what had not begun is made');
    t.match(toolResults(server), [
      /^then a.md$/,
      /now b.md/,
      /^Interrupted/,
      /^Interrupted/,
      /now ls/,
    ]);
    t.match(server.requests[0]?.body.messages.at(1), { role: 'user', content: 'The task.' });
    t.match(server.requests[0]?.body.messages.at(-1), { role: 'user', content: 'Go on.' });
    t.same(
      kept.map(({ kind }) => kind),
      ['calling', 'result', 'result', 'result', 'calling', 'result', 'say', 'answer'],
      'a call is marked before it is made',
    );
  },
);

t.test('a call whose credential was not kept is not made', async (t) => {
  const { server } = await start(t, {
    script: [{ say: SCRIPTED_REPORT }],
    input: {
      resume: { kind: 'talk', prompt: 'The task.', entries: [asked({ masked: true })] },
      tools: {},
    },
  });
  t.equal(toolResults(server).filter((text) => text.startsWith('Not called')).length, 5);
});

t.test('near its own limit, an agent is told once', async (t) => {
  const usage = { prompt_tokens: 2700, completion_tokens: 20 };
  const dear = (path: string) => ({ call: [{ name: 'read', arguments: { path } }], usage });
  const { server } = await start(t, {
    script: [dear('a.md'), dear('b.md'), dear('c.md'), { say: SCRIPTED_REPORT }],
    input: { brief: budget({ maxTokens: 10_000 }) },
  });
  const told = server.requests.map(
    ({ body }) => body.messages.filter(({ content }) => /80 %/.test(String(content))).length,
  );
  t.same(told, [0, 0, 0, 1]);
});
