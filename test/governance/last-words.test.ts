/** The last words of a crashed program are its error, in whatever language it was written. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isOwnFault, isOwnWords, lastWords } from '../../src/governance/last-words.js';

/** As the programs print it. */
const PRINTED: readonly (readonly [name: string, text: string, expected: string])[] = [
  ['nothing', '', ''],
  ['a report only', '```nocturne-report\nsummary: all done\n```\n', ''],
  ['a report that is cut', '```nocturne-report\nsummary: all done', ''],
  [
    'a sentence before its report',
    'cannot go on\n\n```nocturne-report\nsummary: all done\n```\n',
    'cannot go on',
  ],
  [
    'an error after its report',
    '```nocturne-report\nsummary: all done\n```\nthe disk is full\n',
    'the disk is full',
  ],
  ['the end of a fence', '```js\nf();\n```\n', 'f();'],
  ['its own sentence', 'starting\ncannot go on\n', 'cannot go on'],
  [
    'Go',
    'panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.f(...)\n\t/w/PROJECTS/p/p.go:3\nmain.main()\n\t/w/PROJECTS/p/p.go:4 +0xa\nexit status 2\n',
    'panic: runtime error: index out of range [5] with length 3 (at PROJECTS/p/p.go:3)',
  ],
  [
    'Go, all asleep',
    'fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nruntime.gopark()\n\t/usr/local/go/src/runtime/proc.go:398\nmain.main()\n\t/w/a.go:9 +0x2b\n',
    'fatal error: all goroutines are asleep - deadlock! (at a.go:9)',
  ],
  [
    'Rust',
    "\nthread 'main' (4711) panicked at src/main.rs:2:5:\nno first entry\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
    'no first entry (at src/main.rs:2)',
  ],
  [
    'older Rust',
    "thread 'main' panicked at 'no first entry', src/main.rs:2:5\nnote: run with `RUST_BACKTRACE=1`",
    'no first entry (at src/main.rs:2)',
  ],
  [
    'Java',
    'Exception in thread "main" java.lang.IllegalStateException: no list\n\tat java.base/java.util.Objects.check(Objects.java:12)\n\tat A.f(A.java:7)\n\tat A.main(A.java:3)\n',
    'java.lang.IllegalStateException: no list (at A.java:7)',
  ],
  [
    'Ruby',
    "a.rb:3:in 'f': no list (ArgumentError)\n\tfrom a.rb:9:in '<main>'\n",
    'no list (ArgumentError) (at a.rb:3)',
  ],
  [
    'Python, a class of its own in a package',
    'Traceback (most recent call last):\n  File "/w/a.py", line 9, in <module>\n    run()\n  File "/usr/lib/python3/dist-packages/site-packages/x.py", line 2, in run\n    raise Boom("no list")\nx.Boom: no list\n',
    'x.Boom: no list (at a.py:9)',
  ],
  [
    'an error that was handled before the end',
    'TypeError: x is not a function\n    at f (/w/a.mjs:3:1)\nI give up after three attempts.\n',
    'I give up after three attempts.',
  ],
  [
    'no memory',
    '<--- Last few GCs --->\n\n<--- JS stacktrace --->\n\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n 1: 0xb8d0a3 node::OOMErrorHandler\n',
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  ],
  [
    'Perl',
    'Can\'t call method "foo" on an undefined value at a.pl line 1.\n',
    'Can\'t call method "foo" on an undefined value at a.pl line 1.',
  ],
];

t.test('the error is found in what was printed', async (t) => {
  for (const [name, text, expected] of PRINTED) t.equal(lastWords(text, '/w'), expected, name);
});

type Program = readonly [
  name: string,
  program: string,
  file: string,
  text: string,
  expected: string,
];
const PROGRAMS: readonly Program[] = [
  [
    'a thrown error',
    'node',
    'a.mjs',
    "\nfunction f() { throw new TypeError('no list'); }\nf();",
    'TypeError: no list (at a.mjs:2)',
  ],
  [
    'one with two lines and a cause',
    'node',
    'b.mjs',
    "throw new Error('no list\\nat all', { cause: new RangeError('inner') });",
    'Error: no list (at b.mjs:1)',
  ],
  [
    'one of the system',
    'node',
    'c.mjs',
    "import { readFileSync } from 'node:fs';\nreadFileSync('/none');",
    "Error: ENOENT: no such file or directory, open '/none' (at c.mjs:2)",
  ],
  [
    'a rejection',
    'node',
    'd.mjs',
    'async function f() { null.x; }\nawait f();',
    "TypeError: Cannot read properties of null (reading 'x') (at d.mjs:1)",
  ],
  ['a text is thrown', 'node', 'e.mjs', "throw 'no list'", 'no list'],
  [
    'an error in the syntax',
    'node',
    'f.mjs',
    '\nconst = 3;',
    "SyntaxError: Unexpected token '=' (at f.mjs:2)",
  ],
  ['no such program', 'node', 'missing.mjs', '', "Error: Cannot find module 'missing.mjs'"],
  ['it says so itself', 'node', 'g.mjs', "console.error('no list'); process.exit(3)", 'no list'],
  [
    'Python',
    'python3',
    'a.py',
    "import json\ndef f():\n  return json.loads('{')\nf()",
    'json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1) (at a.py:3)',
  ],
  [
    'Python, one after another',
    'python3',
    'b.py',
    "try:\n  1/0\nexcept Exception as e:\n  raise RuntimeError('no list') from e",
    'RuntimeError: no list (at b.py:4)',
  ],
  ['Python, the syntax', 'python3', 'c.py', 'x =\n', 'SyntaxError: invalid syntax (at c.py:1)'],
  [
    'a shell',
    'bash',
    'a.sh',
    'no-such-program --now\n',
    'a.sh: line 1: no-such-program: command not found',
  ],
];

t.test('and in what real programs print', async (t) => {
  for (const [name, program, file, text, expected] of PROGRAMS) {
    const root = t.testdir();
    if (file !== 'missing.mjs') writeFileSync(join(root, file), text);
    const { stderr, error } = spawnSync(program, [join(root, file)], { encoding: 'utf8' });
    if (error !== undefined) {
      t.comment(`${program} is not installed`);
      continue;
    }
    t.equal(lastWords(stderr, root), expected, name);
  }
});

t.test('an error of its own comes again, one from outside may not', async (t) => {
  const cases: readonly (readonly [text: string, own: boolean])[] = [
    ['TypeError: list.map is not a function\n    at f (/w/a.mjs:3:5)\n\nNode.js v22.1.0\n', true],
    ['ReferenceError: brief is not defined\n    at /w/a.mjs:1:1\n', true],
    [
      'Traceback (most recent call last):\n  File "/w/a.py", line 1, in <module>\n    import yaml\nModuleNotFoundError: No module named \'yaml\'\n',
      true,
    ],
    ['TypeError: fetch failed\n    at f (/w/a.mjs:3:5)\n', false],
    [
      'SyntaxError: Unexpected token \'<\', "<html>" is not valid JSON\n    at f (/w/a.mjs:3:5)\n',
      false,
    ],
    ['Error: read ECONNRESET\n    at f (/w/a.mjs:3:5)\n', false],
    ['TypeError: it was handled\n    at f (/w/a.mjs:3:5)\nthe server is away\n', false],
    ['', false],
  ];
  for (const [text, own] of cases) t.equal(isOwnFault(text), own, text);
});

t.test('talk of an agent is told from the words of a server and of the network', async (t) => {
  for (const text of ['I am sorry, but I cannot help.', 'Which list do you mean?'])
    t.ok(isOwnWords(text), text);
  for (const text of [
    '',
    ' \n',
    'Error: 503 Service Unavailable',
    'API Error (429): rate limit',
    'Request timed out.',
    'Connection error.',
    'TypeError: fetch failed',
  ])
    t.notOk(isOwnWords(text), text);
});
