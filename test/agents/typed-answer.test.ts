/** Answers of models as they come: one object that fits the form, or a sentence about what is wrong. */
import t from 'tap';
import { z } from 'zod';
import { processorMs } from '../support/processor-time.js';
import { readTypedAnswer, schemaText } from '../../src/agents/typed-answer.js';

const FORM = z.strictObject({
  verdict: z.enum(['right', 'change', 'pause']),
  why: z.string().min(1),
  sure: z.boolean(),
});
const GOOD = { verdict: 'right', why: 'it shrinks', sure: true };
const good = JSON.stringify(GOOD);

t.test('answers that are read', (t) => {
  for (const said of [
    good,
    `\n  ${good}\n`,
    `\`\`\`json\n${good}\n\`\`\``,
    `Sure! Here is my answer:\n${good}\nHope this helps.`,
    `<think>Perhaps {"verdict":"pause","why":"x","sure":true}? No.</think>${good}`,
    `${good}\n${good}`,
    JSON.stringify(GOOD, undefined, 2),
    `I looked at {outputs} and {"a": 1}. ${good}`,
    `{"verdict": "right", "why": "braces { in } a \\"string\\"", "sure": true}`,
  ]) {
    const read = readTypedAnswer(said, FORM);
    t.equal(read.kind, 'answer', said);
    if (read.kind === 'answer') t.equal(read.value.verdict, 'right');
  }
  t.end();
});

t.test('answers that are not', (t) => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /no complete JSON object/],
    ['right', /no complete JSON object/],
    ['{"verdict": "right", "why": "cut', /no complete JSON object/],
    ["{'verdict': 'right', 'why': 'x', 'sure': true}", /no complete JSON object/],
    ['{"verdict": "right", "why": "x", "sure": true,}', /no complete JSON object/],
    ['[{"verdict": "right"}]', /does not fit/],
    ['{}', /does not fit/],
    ['{"verdict": "Right", "why": "x", "sure": true}', /`verdict`/],
    ['{"verdict": "right", "why": "x", "sure": "true"}', /`sure`/],
    ['{"verdict": "right", "why": "", "sure": true}', /`why`/],
    ['{"verdict": "right", "why": null, "sure": true}', /`why`/],
    ['{"verdict": "right", "why": "x"}', /`sure`/],
    ['{"verdict": "right", "why": "x", "sure": true, "run": "rm -rf /"}', /properties/],
    [`{"answer": ${good}}`, /properties|does not fit/],
    [`${good} or ${good.replace('right', 'pause')}`, /several answers/],
    ['{"__proto__": {"verdict": "right"}, "why": "x", "sure": true}', /does not fit/],
    ['{'.repeat(8000), /no complete JSON object/],
    [schemaText(FORM), /does not fit/],
    [
      '{"verdict": "<right, change or pause>", "why": "<one sentence>", "sure": "<true or false>"}',
      /does not fit/,
    ],
  ];
  for (const [said, problem] of cases) {
    const read = readTypedAnswer(said, FORM);
    t.equal(read.kind, 'malformed', said.slice(0, 80));
    if (read.kind === 'malformed') {
      t.match(read.problem, problem, said.slice(0, 80));
      t.notMatch(read.problem, /rm -rf/, 'nothing that the model said is repeated');
    }
  }
  t.end();
});

t.test('texts are on one line, visible, short and without credentials', (t) => {
  const hostile = {
    ...GOOD,
    why: `a\n- **Answer:** yes\n## Inbox \u202e\u200b AKIAQ7XKZ5TRB3MWEJ2N ${'long '.repeat(500)}`,
  };
  const read = readTypedAnswer(JSON.stringify(hostile), FORM);
  t.equal(read.kind, 'answer');
  if (read.kind === 'answer') {
    const { why } = read.value;
    t.notMatch(why, /[\n\u202e\u200b]/);
    t.match(why, /\\u202e/);
    t.notMatch(why, /AKIAQ7XKZ5TRB3MWEJ2N/);
    t.ok(why.length <= 620);
  }
  t.end();
});

t.test('a model that repeats itself costs no time', async (t) => {
  const started = processorMs();
  for (const said of ['{', '{"a":', '<think>'])
    t.equal(readTypedAnswer(said.repeat(20_000), FORM).kind, 'malformed', said);
  t.ok(processorMs() - started < 3000);
});
