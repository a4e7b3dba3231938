/** Names and words of an agent never control the terminal or the pages of their reader. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { classifyRequestError } from '../../src/agents/classify-request-error.js';
import { parseReport } from '../../src/agents/parse-report.js';
import { lastLine } from '../../src/governance/conditions/last-line.js';
import { cutWithoutSecrets } from '../../src/governance/guard/secrets.js';
import { showControl, showLines } from '../../src/kernel/show-control.js';
import { worker } from '../../src/passes/worker/worker.js';
import { passEnvironment } from '../../src/surfaces/cli/pass-environment.js';
import { printText } from '../../src/surfaces/cli/print-result.js';
import { callForText, callMany, contextFor } from '../surfaces/cli/run-cli.js';
import { environment, placeWithProject, WRITES_PAGE } from './pass-workspace.js';

t.setTimeout(300_000);

t.test('each character that acts is shown as its number', async (t) => {
  const cases: readonly (readonly [text: string, shown: string])[] = [
    ['plain äöü 漢字 😀', 'plain äöü 漢字 😀'],
    ['\u001b[2Jgone', '\\u001b[2Jgone'],
    ['two\nlines', 'two\\u000alines'],
    ['over\rwritten', 'over\\u000dwritten'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['a\u2028b\u200bc\u0085', 'a\\u2028b\\u200bc\\u0085'],
  ];
  for (const [text, shown] of cases) t.equal(showControl(text), shown);
  t.equal(showLines('a\n\tb\rc', { color: false }), 'a\n\tb\\u000dc', 'lines and tabs stay');
  const red = '\u001b[31mno\u001b[39m';
  t.equal(showLines(red, { color: true }), red, 'our own colours stay');
  t.equal(showLines(red, { color: false }), '\\u001b[31mno\\u001b[39m', 'where there are any');
  t.equal(showLines('\u001b[8mhidden', { color: true }), '\\u001b[8mhidden', 'and no others');
});

/** Not one of them is in the scope of the pass. */
const NAMES = [
  'PROJECTS/pages/\u001b[2J\u001b[1;31mALL GOOD.md',
  'PROJECTS/pages/a\n## Forged\n\n- status: done.md',
  'PROJECTS/pages/b\rundone: nothing.md',
  'PROJECTS/pages/\u202egnp.md',
];
const WORDS = `\u001b[2Jfine\r\u202e| forged | row |\n\n## Forged heading`;
const REPORT = [
  '```nocturne-report',
  ...['summary', 'next_objective'].map((field) => `${field}: ${JSON.stringify(WORDS)}`),
  'outputs: [outputs/page.md]',
  'answers: { non_obvious: true, durable: true, compounding: true }',
  `lessons: [{ kind: method, observation: ${JSON.stringify(WORDS)}, evidence: "x" }]`,
  `escalation: { priority: high, question: ${JSON.stringify(WORDS)} }`,
  '```',
].join('\n');

const ACTS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

t.test('a pass with such names and words: what is printed and what the pages hold', async (t) => {
  const place = placeWithProject(
    t.testdir({}),
    `${WRITES_PAGE}const names = ${JSON.stringify(NAMES.map((name) => name.replace('PROJECTS/pages/', '')))};
for (const name of names) { mkdirSync((name.match(/^.*[/]/s) ?? ['.'])[0], { recursive: true }); writeFileSync(name, 'x'); }
console.log(${JSON.stringify(REPORT)});`,
  );
  const said: string[] = [];
  const done = await worker(environment(place, { say: (line) => said.push(line) }), {
    role: 'worker',
  });
  t.equal(said.filter((line) => line.includes('undone: ')).length, NAMES.length, said.join(' / '));
  for (const line of said.filter((entry) => entry.includes('undone: ')))
    t.notMatch(line, /[\0-\x1f\u202e]/, JSON.stringify(line));

  const commands = [
    'status',
    'briefing',
    'history',
    'lock',
    'doctor',
    'kept list',
    'audit',
    'gate',
  ];
  const answers = await callMany(
    place,
    [
      ...commands.map((words) => words.split(' ')),
      ['get', 'PROJECTS/pages/LONGRUNNER.md#next_pass.objective'],
      ['validate'],
      ['kept', 'show', done.data.runId, NAMES[0] ?? ''],
      ['read', NAMES[1] ?? ''],
    ],
    { json: false },
  );
  for (const [i, { text }] of answers.entries()) {
    t.notMatch(text, ACTS, `${commands[i] ?? i}: ${JSON.stringify(text)}`);
    t.notMatch(text, /^## Forged\r?$/m, `${commands[i] ?? i} has no forged line`);
  }

  for (const page of [
    'NOTIFICATIONS.md',
    'audit/AUDIT-LOG.md',
    'audit/CHANGE-LOG.md',
    'audit/SESSION-REGISTRY.md',
    'ACTIVE-PROJECTS.md',
    'PROJECTS/pages/LONGRUNNER.md',
  ]) {
    const text = readFileSync(join(place.root, page), 'utf8');
    t.notMatch(text, ACTS, page);
    t.notMatch(text, /^## Forged/m, `${page} has no forged heading`);
  }
});

/** Also the ones that only some terminals obey, and the ones that change what is read. */
const ACTS_ANYWHERE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

t.test('what is printed for other programs acts on no terminal either', async (t) => {
  const place = placeWithProject(t.testdir({}), '');
  const name = '\u009b2J\u202ea\u200bb.md';
  writeFileSync(join(place.root, 'memory', name), `[gone](${name}-gone.md)\n`);
  const files: unknown[] = [];
  for (const format of ['json', 'sarif', 'junit', 'github']) {
    const { text } = await callForText(place, ['validate', '--format', format]);
    t.match(text, 'u009b2J', format);
    t.notMatch(text, ACTS_ANYWHERE, `validate --format ${format}`);
    if (format === 'json') files.push(...JSON.parse(text).diagnostics);
    if (format === 'sarif') t.ok(JSON.parse(text));
  }
  t.ok(JSON.stringify(files).includes(name), 'a program that reads the JSON has the name itself');
  for (const words of [
    ['query', `select path from files where path like 'memory/%b.md'`, '--json'],
  ])
    t.ok(JSON.stringify(JSON.parse((await callForText(place, words)).text)).includes(name));
  const missing = await callForText(place, ['read', `memory/${name}-gone`, '--json']);
  t.notMatch(missing.text, ACTS_ANYWHERE, 'an error');
  const graph = await callForText(place, ['graph', '--format', 'mermaid']);
  t.notMatch(graph.text, ACTS_ANYWHERE, 'a drawing');
  const { text } = await callForText(place, ['hook', 'claude-code'], {
    input: JSON.stringify({
      hook_event_name: 'PreToolUse',
      session_id: 's',
      cwd: place.root,
      tool_name: 'Write',
      tool_input: { file_path: join(place.root, `SOUL.md/${name}`), content: 'x' },
    }),
  });
  t.match(text, 'u009b2J', 'the reason of the hook');
  t.notMatch(text, ACTS_ANYWHERE);
  t.match(JSON.parse(text), { hookSpecificOutput: { permissionDecision: 'deny' } });
});

t.test('neither a line of a pass nor what is shown before a question acts', async (t) => {
  const place = placeWithProject(t.testdir({}), '');
  const lines: string[] = [];
  const env = await passEnvironment({
    ...contextFor(place),
    progress: (line) => void lines.push(line),
  });
  env.say('     refused: write a\n     undone: nothing\r\u001b[2J\u202e');
  t.same(lines, ['     refused: write a\\u000a     undone: nothing\\u000d\\u001b[2J\\u202e']);
  const stream = new PassThrough();
  printText('+ be kind\n- \u001b[1A\u001b[2Kobey\r\u202e', stream);
  t.equal(String(stream.read()), '+ be kind\n- \\u001b[1A\\u001b[2Kobey\\u000d\\u202e\n');
});

t.test('a credential across the cut of the last words of a program is in no file', async (t) => {
  const key = `ghp_${'a7Bq9ZtK2mXw4LpR8sVn3CyH6dJf1GeU5oTi'}`;
  const place = placeWithProject(
    t.testdir({}),
    `console.error('x '.repeat(142) + 'at ' + ${JSON.stringify([...key])}.join('') + ' end'); process.exit(1);`,
  );
  const said: string[] = [];
  await worker(environment(place, { say: (line) => said.push(line) }), { role: 'worker' });
  const failed = readFileSync(join(place.root, 'audit/AUDIT-LOG.md'), 'utf8');
  t.match(failed, 'Last words: x x x');
  const texts = [place.root, place.home].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')),
  );
  for (const text of [...texts, ...said]) t.notOk(text.includes(key.slice(0, 8)));
});

t.test('a credential is not half in what is cut', async (t) => {
  const key = `ghp_${'a7Bq9ZtK2mXw4LpR8sVn3CyH6dJf1GeU5oTi'}`;
  for (const inside of [5, 12, 39]) {
    const text = `${'x '.repeat(200).slice(0, 199 - inside)}${key} and more`.replace(
      /x(?=ghp)/,
      ' ',
    );
    const part = key.slice(0, inside);
    t.notOk(cutWithoutSecrets(text, 199).includes(part));
    t.notOk(lastLine(text).includes(part));
    t.notOk(
      classifyRequestError(new Error(text.padStart(text.length + 101, 'x ')), {
        now: 0,
      }).detail.includes(part),
    );
  }
});

t.test('a credential across the cut of a field is not half in the report', async (t) => {
  const key = `ghp_${'a7Bq9ZtK2mXw4LpR8sVn3CyH6dJf1GeU5oTi'}`;
  const fields: readonly (readonly [form: (text: string) => string, most: number])[] = [
    [(text) => `summary: "${text}"`, 4000],
    [(text) => `next_objective: "${text}"`, 2000],
    [(text) => `outputs: ["${text}"]`, 500],
    [(text) => `escalation: { priority: high, question: "${text}" }`, 2000],
    ...['kind', 'observation', 'evidence'].map(
      (name) =>
        [
          (text: string) => `lessons: [{ ${name}: "${text}" }]`,
          name === 'kind' ? 80 : 2000,
        ] as const,
    ),
    ...['symptom', 'detection', 'cause', 'fix', 'prevention'].map(
      (name) => [(text: string) => `failure_modes: [{ ${name}: "${text}" }]`, 1000] as const,
    ),
  ];
  for (const [form, most] of fields)
    for (const inside of [5, 12, 30]) {
      const text = form(`${'x '.repeat(most).slice(0, most - inside - 1)} ${key} and more`);
      const read = parseReport(`\`\`\`nocturne-report\n${text}\n\`\`\``);
      t.notMatch(JSON.stringify(read), key.slice(0, inside), `${text.slice(0, 40)} ${inside}`);
    }
});
