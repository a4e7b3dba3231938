/** When the calls that a program makes to its model show that it gets nowhere. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { commandRunner } from '../../src/agents/command-runner.js';
import type { ModelAccess } from '../../src/agents/model-access.js';
import { circling, NO_CALLS, type SeenCalls } from '../../src/agents/seen-calls.js';
import { commandSpec, sampleInput } from './sample-run.js';

const PATIENCE = 10;

t.test('a row of repetitions ends a program, and work does not', async (t) => {
  const cases: readonly (readonly [
    string,
    Partial<SeenCalls>,
    Partial<SeenCalls>,
    RegExp | undefined,
  ])[] = [
    ['no call', {}, {}, undefined],
    ['nine requests again', { calls: 30, repeatedPrompts: 9 }, {}, undefined],
    ['ten requests again', { calls: 30, repeatedPrompts: 10 }, {}, /10 requests in a row/],
    ['ten answers again', { calls: 30, repeatedAnswers: 10 }, {}, /10 answers in a row/],
    ['forty-nine growing calls', { calls: 49, growing: 49 }, {}, undefined],
    ['fifty growing calls', { calls: 50, growing: 50 }, {}, /each of 50 calls/],
    ['a file changed after forty', { growing: 60 }, { growing: 40 }, undefined],
    ['a new row after the change', { growing: 50 }, { growing: 55 }, /50 calls/],
  ];
  for (const [name, now, since, expected] of cases) {
    const why = circling({ ...NO_CALLS, ...now }, { ...NO_CALLS, ...since }, PATIENCE);
    if (expected === undefined) t.equal(why, undefined, name);
    else t.match(why, expected, name);
  }
});

t.test(
  'a program behind the meter is stopped for its calls, unless its files change',
  async (t) => {
    const access = (seen: () => SeenCalls): ModelAccess => ({
      endpoint: 'http://127.0.0.1:1/v1',
      anthropicBase: 'http://127.0.0.1:1',
      token: 'token',
      socket: '/nowhere',
      seen,
      close: async () => ({ tokens: 0, cost: undefined }),
    });
    const run = (body: string) => {
      const cwd = t.testdir();
      const spec = {
        ...commandSpec(),
        args: [
          '-e',
          `const fs = require('node:fs'); let i = 0; setInterval(() => { i++; ${body}; if (i === 60) process.exit(0); }, 10)`,
        ],
      };
      let calls = 0;
      const seen = (): SeenCalls => {
        if (body === '' || existsSync(join(cwd, 'a.md'))) calls++;
        return { ...NO_CALLS, calls, repeatedAnswers: calls };
      };
      const limits = { lookEveryMs: 10, graceMs: 100 };
      const host = { PATH: process.env['PATH'] ?? '' };
      return commandRunner({ host, limits }).run(sampleInput({ spec, cwd, access: access(seen) }));
    };
    t.match(await run(''), {
      failure: 'stuck',
      circled: true,
      detail: /10 answers in a row/,
    });
    t.equal((await run("fs.appendFileSync('a.md', 'a')")).failure, undefined);
  },
);
