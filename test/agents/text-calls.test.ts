/** Calls in the text of an answer: what is quoted or garbled is never made, and nothing is lost. */
import t from 'tap';
import type { ChatAnswer } from '../../src/agents/chat-answer.js';
import { withTextCalls } from '../../src/agents/text-calls.js';
import { processorMs } from '../support/processor-time.js';

const tools = { list: ['write', 'run'].map((name) => ({ name })) } as never;
const read = (content: string) =>
  withTextCalls({ content, calls: [], cut: false } as unknown as ChatAnswer, tools, 1);
const call = (content = 'A'): string =>
  `<tool_call>${JSON.stringify({ name: 'write', arguments: { path: 'outputs/a.md', content } })}</tool_call>`;

const NOT_MADE: Readonly<Record<string, string>> = {
  'a block quote': `The file says:\n\n> ${call()}`,
  'an indented code block': `The file says:\n\n    ${call()}`,
  'a list item': `It has these lines:\n\n- ${call()}`,
  'a sentence that ends with it': `The page says: ${call()}`,
  'a thought that was not closed': `Let me see. <think>I could do this:\n${call()}`,
  'a parameter that ends inside its text':
    '<function=write><parameter=path>a</parameter><parameter=content>x</parameter> y</parameter></function>',
  'a text that would name another path':
    '<function=write><parameter=path>a</parameter><parameter=content>x</parameter><parameter=path>b</parameter></function>',
};

for (const [name, content] of Object.entries(NOT_MADE))
  t.test(`no call is made for ${name}`, async (t) => {
    const { answer, unclear } = read(content);
    t.same([answer.calls, answer.content, unclear], [[], content, true]);
  });

t.test('an element that wraps calls stays in the text that a call writes', async (t) => {
  const { answer } = read(`<tools>\n${call('<tools>1</tools>')}\n</tools>`);
  t.match(answer.calls[0]?.argumentsText, '<tools>1</tools>');
});

t.test('a model that repeats the beginning of a call costs no time', async (t) => {
  const started = processorMs();
  t.same(read('<tool_call>'.repeat(30_000)).answer.calls, []);
  t.same(read(`<function=write>${'<parameter=path>'.repeat(30_000)}</function>`).answer.calls, []);
  t.ok(processorMs() - started < 1500);
});
