/** One set of findings in every form. */
import t from 'tap';
import type { Diagnostic, Range } from '../../src/kernel/diagnostic.js';
import { codeFrame } from '../../src/report/code-frame.js';
import { githubReport } from '../../src/report/github.js';
import { jsonReport } from '../../src/report/json.js';
import { junitReport } from '../../src/report/junit.js';
import { sarifReport } from '../../src/report/sarif.js';
import { textReport } from '../../src/report/text.js';
import type { Findings } from '../../src/report/types.js';

const TABLE = '| 1 | inventory | aktive |';
const NOTES = 'See [it](gone.md),\nand the key abcdefgh.\n';
const TEXTS: Readonly<Record<string, string>> = {
  'ACTIVE-PROJECTS.md': `\ufeff# Projects\r\n\r\n${TABLE}\r\n`,
  'notes/a b.md': NOTES,
};

function place(
  file: string,
  line: number,
  column: number,
  endColumn: number,
  endLine: number = line,
): Range {
  return { file, line, column, endLine, endColumn };
}

const STATUS: Diagnostic = {
  rule: 'field-contract',
  severity: 'error',
  message: 'ACTIVE-PROJECTS.md#inventory.status is "aktive"; expected one of active, paused',
  range: place('ACTIVE-PROJECTS.md', 3, 17, 23),
  expected: 'one of active, paused',
  actual: 'aktive',
  fix: [{ file: 'ACTIVE-PROJECTS.md', start: 29, end: 35, newText: 'active' }],
};
const LINK: Diagnostic = {
  rule: 'link-broken',
  severity: 'warning',
  message: 'leads nowhere: 100%',
  range: place('notes/a b.md', 1, 10, 17),
  hint: 'look <here>, & there',
  related: [{ message: 'first here', range: place('SOUL.md', 8, 1, 2) }],
};
const SECRET: Diagnostic = {
  rule: 'secret',
  severity: 'error',
  message: 'a secret stands here',
  range: place('notes/a b.md', 2, 13, 21),
};
const GONE: Diagnostic = {
  rule: 'file-missing',
  severity: 'info',
  message: 'is missing',
  range: place('gone.md', 1, 1, 1),
};
const FINDINGS: Findings = { diagnostics: [STATUS, GONE, LINK, SECRET], files: 40, records: 1 };
const NOTHING: Findings = { diagnostics: [], files: 1, records: 0 };

t.test('text: grouped by file, the line with a caret, the footer', async (t) => {
  const text = textReport(FINDINGS, { color: false, width: 80, textOf: (file) => TEXTS[file] });
  t.equal(
    text,
    `ACTIVE-PROJECTS.md
  3:17  error  field-contract  ACTIVE-PROJECTS.md#inventory.status is "aktive"; expected one of active, paused
    3 | | 1 | inventory | aktive |
      |                 ^^^^^^
      nocturne validate --fix puts it right

gone.md
  1:1  info  file-missing  is missing

notes/a b.md
  1:10  warning  link-broken  leads nowhere: 100%
    1 | See [it](gone.md),
      |          ^^^^^^^
      hint: look <here>, & there
      first here: SOUL.md:8:1
  2:13  error  secret  a secret stands here
    2 | and the key ********.
      |             ^^^^^^^^

2 errors, 1 warning, 1 to know in 40 files (1 record)
`,
  );
});

t.test('text: nothing found is one line', async (t) => {
  t.equal(
    textReport(NOTHING, { color: true, width: 80, textOf: () => undefined }),
    '0 errors, 0 warnings in 1 file (0 records)\n',
  );
});

t.test('text: only the words of severity have a colour', async (t) => {
  const text = textReport(FINDINGS, { color: true, width: 80, textOf: (file) => TEXTS[file] });
  t.same(text.match(/\u001b\[\d+m[^\u001b]*\u001b\[39m/g), [
    '\u001b[31merror\u001b[39m',
    '\u001b[36minfo\u001b[39m',
    '\u001b[33mwarning\u001b[39m',
    '\u001b[31merror\u001b[39m',
  ]);
  t.equal(text.split('\u001b').length - 1, 8);
});

t.test('text: what a file holds cannot steer the terminal', async (t) => {
  const evil: Diagnostic = {
    ...LINK,
    message: 'see \u001b]0;title\u0007',
    range: place('x.md', 1, 3, 4),
  };
  const text = textReport(
    { ...FINDINGS, diagnostics: [evil] },
    { color: false, width: 80, textOf: () => 'a\u001b[2Jb' },
  );
  t.notMatch(text, /[\u0000-\u0009\u000b-\u001f]/);
});

t.test(
  'frames: long lines are cut around the place, wide letters and tabs keep the caret in place',
  async (t) => {
    const long = `${'a'.repeat(100)}HERE${'b'.repeat(100)}`;
    t.same(codeFrame([long], place('x', 1, 101, 105), { width: 48, hidden: [] }), [
      `    1 | …${'a'.repeat(13)}HERE${'b'.repeat(21)}…`,
      `      | ${' '.repeat(14)}^^^^`,
    ]);
    t.same(codeFrame([long], place('x', 1, 200, 205), { width: 48, hidden: [] }), [
      `    1 | …${'b'.repeat(39)}`,
      `      | ${' '.repeat(35)}^^^^^`,
    ]);
    t.same(codeFrame(['\t日本 x'], place('x', 1, 5, 6), { width: 80, hidden: [] }), [
      '    1 |  日本 x',
      '      |       ^',
    ]);
    t.same(
      codeFrame(['one', 'two'], place('x', 1, 2, 3, 2), { width: 80, hidden: [] }),
      ['    1 | one', '      |  ^^'],
      'to the end of the line when it goes on below',
    );
    t.same(
      codeFrame(['one'], place('x', 1, 4, 4), { width: 80, hidden: [] }),
      ['    1 | one', '      |    ^'],
      'behind the end',
    );
    t.same(
      codeFrame(['', 'x'], place('x', 1, 1, 1), { width: 80, hidden: [] }),
      [],
      'nothing to see',
    );
    t.same(codeFrame([], place('x', 9, 1, 1), { width: 80, hidden: [] }), [], 'no such line');
  },
);

t.test('json: the document of the contract', async (t) => {
  const { diagnostics, summary } = jsonReport(FINDINGS);
  t.same(summary, { errors: 2, warnings: 1, infos: 1, files: 40, records: 1 });
  t.same(diagnostics[0], {
    rule: 'field-contract',
    severity: 'error',
    message: STATUS.message,
    file: 'ACTIVE-PROJECTS.md',
    line: 3,
    column: 17,
    endLine: 3,
    endColumn: 23,
    expected: 'one of active, paused',
    actual: 'aktive',
    fixable: true,
  });
  t.same(diagnostics[2], {
    rule: 'link-broken',
    severity: 'warning',
    message: LINK.message,
    file: 'notes/a b.md',
    line: 1,
    column: 10,
    endLine: 1,
    endColumn: 17,
    hint: 'look <here>, & there',
    fixable: false,
  });
});

t.test('sarif: rules, levels, regions and fixes', async (t) => {
  const log = JSON.parse(
    sarifReport(FINDINGS, { version: '1.2.3', summaries: new Map([['secret', 'No secrets.']]) }),
  );
  t.equal(log.version, '2.1.0');
  const [run] = log.runs;
  t.equal(run.columnKind, 'utf16CodeUnits');
  t.same(
    run.tool.driver.rules.map((rule: { id: string }) => rule.id),
    ['field-contract', 'file-missing', 'link-broken', 'secret'],
  );
  t.same(run.tool.driver.rules[3].shortDescription, { text: 'No secrets.' });
  t.same(
    run.results.map((one: { level: string; ruleIndex: number }) => `${one.ruleIndex} ${one.level}`),
    ['0 error', '1 note', '2 warning', '3 error'],
  );
  t.same(run.results[2].locations[0].physicalLocation, {
    artifactLocation: { uri: 'notes/a%20b.md', uriBaseId: '%SRCROOT%' },
    region: { startLine: 1, startColumn: 10, endLine: 1, endColumn: 17 },
  });
  t.same(run.results[2].relatedLocations[0].message, { text: 'first here' });
  t.same(run.results[0].fixes[0].artifactChanges[0].replacements[0], {
    deletedRegion: { charOffset: 29, charLength: 6 },
    insertedContent: { text: 'active' },
  });
});

t.test('github: annotations, escaped', async (t) => {
  t.equal(
    githubReport({
      ...FINDINGS,
      diagnostics: [LINK, { ...GONE, range: place('a,b:c.md', 1, 2, 3, 2) }],
    }),
    '::warning file=notes/a b.md,line=1,endLine=1,col=10,endColumn=17,title=link-broken::leads nowhere: 100%25%0Alook <here>, & there\n::notice file=a%2Cb%3Ac.md,line=1,endLine=2,title=file-missing::is missing\n',
  );
  t.equal(githubReport(NOTHING), '');
});

t.test('junit: errors fail, the rest is told', async (t) => {
  const xml = junitReport({
    ...FINDINGS,
    diagnostics: [STATUS, { ...LINK, message: 'a "quoted" <b> & \u0007' }],
  });
  t.match(xml, '<testsuites name="nocturne validate" tests="2" failures="1" errors="0">');
  t.match(
    xml,
    '<failure type="field-contract" message="ACTIVE-PROJECTS.md#inventory.status is &quot;aktive&quot;; expected one of active, paused">',
  );
  t.match(
    xml,
    '<system-out>warning: notes/a b.md:1:10  a &quot;quoted&quot; &lt;b&gt; &amp; \ufffd&#10;hint: look &lt;here&gt;, &amp; there</system-out>',
  );
  t.match(junitReport(NOTHING), '<testcase classname="workspace" name="validate"/>');
});
