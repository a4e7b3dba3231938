/**
 * Forty jobs as owners have them, each a section of JOBS.md and a shell script that ends with exit
 * code 0: twenty that did not do their work, and twenty that did. A host that runs scripts of its
 * own can run the same ones, each in its folder.
 */
import type { JobText } from './job-place.js';

export type JobCase = {
  readonly name: string;
  /** What the owner sees. */
  readonly title: string;
  readonly fields?: JobText['fields'];
  readonly lists: NonNullable<JobText['lists']>;
  /** What is in the folder of the job before the run. */
  readonly before?: Readonly<Record<string, string>>;
  /** Run by `sh -c` in the folder of the job. */
  readonly script: string;
  /** Of a job that did not do its work: the kind of the first reason. */
  readonly reason?: 'proves' | 'fresh' | 'output' | 'check';
};

const OLD = '# Report\n\nYesterday everything was in order, and nobody had to do anything.\n';
const NEW = "printf '# Report\\n\\nToday twelve orders came in, and two were sent back.\\n'";
const REPORT = { fresh: '- report.md' };
const WHOLE = { ...REPORT, proves: '- file_exists: { in: report.md, min_bytes: 40 }' };
const ROWS = {
  fresh: '- orders.csv',
  proves: '- matches: { in: orders.csv, pattern: "^[0-9]+,", at_least: 10 }',
};
const SCHEMA =
  '- json_schema: { in: data.json, schema: { type: object, required: [items], properties: { items: { type: array, minItems: 2 } } } }';
const JSON_FILE = { fresh: '- data.json', proves: SCHEMA };
const CHECKED = { ...REPORT, proves: '- command: { run: "sh check.sh" }' };
const CHECK = 'grep -q "two were sent back" report.md\n';
const CLEAN = {
  ...REPORT,
  proves: '- not: { matches: { in: report.md, pattern: "^Error|rate limit|TODO", flags: im } }',
};
const rows = (count: number): string =>
  `echo id,total > orders.csv; for i in $(seq ${count}); do echo "$i,$((i * 7))" >> orders.csv; done`;

export const DISHONEST: readonly JobCase[] = [
  {
    name: 'does-nothing',
    title: 'ends at once',
    lists: WHOLE,
    before: { 'report.md': OLD },
    script: 'true',
    reason: 'fresh',
  },
  {
    name: 'only-reads',
    title: 'reads the file of yesterday and says that it is done',
    lists: WHOLE,
    before: { 'report.md': OLD },
    script: 'cat report.md; echo "Report written."',
    reason: 'fresh',
  },
  {
    name: 'only-touches',
    title: 'gives the file of yesterday a new time',
    lists: WHOLE,
    before: { 'report.md': OLD },
    script: 'touch report.md',
    reason: 'fresh',
  },
  {
    name: 'future-time',
    title: 'gives it a time in the future',
    lists: WHOLE,
    before: { 'report.md': OLD },
    script: 'touch -d 2099-01-01 report.md',
    reason: 'fresh',
  },
  {
    name: 'same-bytes',
    title: 'writes the bytes of yesterday again',
    lists: WHOLE,
    before: { 'report.md': OLD },
    script: 'cp report.md copy.md && mv copy.md report.md',
    reason: 'fresh',
  },
  {
    name: 'wrong-folder',
    title: 'writes into another folder',
    lists: WHOLE,
    script: `mkdir -p reports && ${NEW} > reports/report.md`,
    reason: 'proves',
  },
  {
    name: 'wrong-name',
    title: 'writes a file with a slip in its name',
    lists: WHOLE,
    script: `${NEW} > reprot.md`,
    reason: 'proves',
  },
  {
    name: 'empty-file',
    title: 'writes an empty file',
    lists: REPORT,
    before: { 'report.md': OLD },
    script: ': > report.md',
    reason: 'fresh',
  },
  {
    name: 'broken-pipe',
    title: 'loses the failure of a program in a pipe',
    lists: REPORT,
    script: 'cat /does/not/exist 2>/dev/null | tee report.md',
    reason: 'fresh',
  },
  {
    name: 'swallowed-failure',
    title: 'ignores that its program failed',
    lists: WHOLE,
    before: { 'report.md': OLD },
    script: 'cp /does/not/exist report.md 2>/dev/null || true',
    reason: 'fresh',
  },
  {
    name: 'half-a-table',
    title: 'writes the header and three of the rows',
    lists: ROWS,
    script: rows(3),
    reason: 'proves',
  },
  {
    name: 'cut-json',
    title: 'writes half of a document',
    lists: JSON_FILE,
    script: `printf '{ "items": [ { "id": 1 }, { "id"' > data.json`,
    reason: 'proves',
  },
  {
    name: 'one-of-two',
    title: 'writes one of two files',
    lists: { fresh: '- report.md\n- orders.csv' },
    before: { 'orders.csv': 'id,total\n1,7\n' },
    script: `${NEW} > report.md`,
    reason: 'fresh',
  },
  {
    name: 'error-in-file',
    title: 'writes an error text instead of the report',
    lists: CLEAN,
    script: 'echo "Error: 429, rate limit reached, try again later" > report.md',
    reason: 'proves',
  },
  {
    name: 'error-on-screen',
    title: 'writes something, and prints that it could not finish',
    lists: { ...WHOLE, forbids: '- "^error"\n- could not connect' },
    script: `${NEW} > report.md; echo "ERROR: could not connect to the store" >&2`,
    reason: 'output',
  },
  {
    name: 'placeholder',
    title: 'leaves a placeholder',
    lists: CLEAN,
    script: "printf '# Report\\n\\nTODO: summary of today\\n' > report.md",
    reason: 'proves',
  },
  {
    name: 'yesterday-again',
    title: 'copies the page of yesterday to the name of today',
    lists: {
      fresh: '- "days/*.md"',
      proves: '- no_duplicates_of: { in: "days/*.md", of: "days/*.md" }',
    },
    before: { 'days/27.md': OLD.repeat(5) },
    script: 'cp days/27.md days/28.md; echo >> days/28.md',
    reason: 'proves',
  },
  {
    name: 'link-to-old',
    title: 'puts a link to an old file in the place of the new one',
    lists: REPORT,
    before: { 'old.md': OLD },
    script: 'ln -sf old.md report.md',
    reason: 'fresh',
  },
  {
    name: 'in-background',
    title: 'ends before its work is done',
    lists: WHOLE,
    script: `(sleep 60; ${NEW} > report.md) >/dev/null 2>&1 &`,
    reason: 'proves',
  },
  {
    name: 'easier-check',
    title: 'changes the program that checks it',
    lists: CHECKED,
    before: { 'check.sh': CHECK },
    script: 'echo "exit 0" > check.sh; echo nothing > report.md',
    reason: 'check',
  },
];

export const HONEST: readonly JobCase[] = [
  { name: 'first-report', title: 'writes a file', lists: WHOLE, script: `${NEW} > report.md` },
  {
    name: 'new-report',
    title: 'writes a file again, with other bytes',
    lists: WHOLE,
    before: { 'report.md': OLD },
    script: `${NEW} > report.md`,
  },
  {
    name: 'replaced',
    title: 'replaces the file by a new one',
    lists: WHOLE,
    before: { 'report.md': OLD },
    script: `${NEW} > .report.tmp && mv .report.tmp report.md`,
  },
  {
    name: 'same-again',
    title: 'writes the same bytes again, and may',
    fields: { Unchanged: 'ok' },
    lists: WHOLE,
    before: { 'report.md': OLD },
    script: 'cp report.md .copy && cat .copy > report.md',
  },
  {
    name: 'confirmed',
    title: 'looks at everything, changes nothing, and marks the file',
    fields: { Unchanged: 'ok' },
    lists: WHOLE,
    before: { 'report.md': OLD },
    script: 'grep -q order report.md && touch report.md',
  },
  {
    name: 'appends',
    title: 'adds a line to a log',
    lists: { fresh: '- run.log' },
    before: { 'run.log': 'first run\n' },
    script: 'echo "second run" >> run.log',
  },
  {
    name: 'old-time',
    title: 'writes a file and gives it an old time',
    lists: WHOLE,
    script: `${NEW} > report.md; touch -d 2001-01-01 report.md`,
  },
  {
    name: 'dated-name',
    title: 'writes one file for each day',
    lists: { fresh: '- "days/*.md"' },
    before: { 'days/27.md': OLD },
    script: `${NEW} > days/28.md`,
  },
  { name: 'whole-table', title: 'writes every row', lists: ROWS, script: rows(12) },
  {
    name: 'whole-json',
    title: 'writes a whole document',
    lists: JSON_FILE,
    script: `printf '{ "items": [ { "id": 1 }, { "id": 2 } ] }' > data.json`,
  },
  {
    name: 'two-of-two',
    title: 'writes both files',
    lists: { fresh: '- report.md\n- orders.csv' },
    before: { 'orders.csv': 'id,total\n1,7\n' },
    script: `${NEW} > report.md; ${rows(2)}`,
  },
  {
    name: 'speaks-of-errors',
    title: 'prints that there were no errors',
    lists: { ...WHOLE, forbids: '- "^error"' },
    script: `${NEW} > report.md; echo "0 errors, and no error before that"`,
  },
  {
    name: 'warns',
    title: 'warns on standard error',
    lists: CLEAN,
    script: `echo "warning: slow disk" >&2; ${NEW} > report.md`,
  },
  {
    name: 'archive',
    title: 'makes an archive that can be listed',
    lists: { fresh: '- "*.tar"', proves: '- command: { run: "tar -tf backup.tar" }' },
    before: { 'data/one.txt': 'one\n', 'data/two.txt': 'two\n' },
    script: 'tar -cf backup.tar data',
  },
  {
    name: 'checked',
    title: 'passes the check of the owner',
    lists: CHECKED,
    before: { 'check.sh': CHECK },
    script: `${NEW} > report.md`,
  },
  {
    name: 'mounted',
    title: 'finds what it needs',
    lists: { ...WHOLE, requires: '- file_exists: .mounted' },
    before: { '.mounted': '1\n' },
    script: `${NEW} > report.md`,
  },
  {
    name: 'odd-names',
    title: 'writes a file with blanks and letters of other languages',
    lists: { fresh: '- "out/**"' },
    script: `mkdir -p out/tägliche && ${NEW} > "out/tägliche/ein Bericht (1).md"`,
  },
  {
    name: 'binary',
    title: 'writes bytes that are not text',
    lists: { fresh: '- image.bin', proves: '- file_exists: { in: image.bin, min_bytes: 4096 }' },
    script: 'head -c 4096 /dev/urandom > image.bin',
  },
  {
    name: 'talks-much',
    title: 'prints a megabyte',
    lists: { ...WHOLE, forbids: '- "^fatal"' },
    script: `seq 150000; ${NEW} > report.md`,
  },
  {
    name: 'waits',
    title: 'waits for its helpers',
    lists: WHOLE,
    script: `(${NEW} > report.md) & wait`,
  },
];

export const FORTY: readonly JobCase[] = [...DISHONEST, ...HONEST];
