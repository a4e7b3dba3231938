import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import type { Diagnostic } from '../../src/kernel/diagnostic.js';
import { loadSchema, missingSchema } from '../../src/registry/load-schema.js';
import { SMALL } from './small-registry.js';

const SHIPPED = readFileSync(new URL('../../../REGISTRY.md', import.meta.url), 'utf8');

/**
 * `from` is replaced by `to`; the one diagnostic stands where `at` begins in the result (the first
 * time, after `after`).
 */
type Mistake = {
  readonly from: string;
  readonly to: string;
  readonly at: string;
  readonly after?: string;
  readonly says: RegExp;
  readonly expected?: RegExp;
  readonly actual?: string;
};

const TASK = '| TASK | `TASKS.md` | table | `## Tasks` | slug | all | all |';
const STATUS = '| TASK | status | enum(open, done) | yes | - | - | bundle |';
const DONE = '| set | TASK[{slug}] | status | done |';
const PRECONDITION = '- **Preconditions:** TASK[{slug}].status is open; {why} is not empty';
const RULE = '- **Severity:** warning\n- **Message:** nothing is open in {file}\n';

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'a part that is missing': {
    from: '## R7 Change log',
    to: '## Change log',
    at: '## Change log',
    says: /no part R7/,
    expected: /## R7 Change log/,
  },
  'no R1 at all': { from: '## R1 Objects', to: '## Objects', at: '## Objects', says: /no part R1/ },
  'no R2 at all': { from: '## R2 Fields', to: '## Fields', at: '## Fields', says: /no part R2/ },
  'no R5 at all': { from: '## R5 Bundles', to: '## Bundles', at: '## Bundles', says: /no part R5/ },
  'a part that is there twice': {
    from: '## R7 Change log',
    to: '## R7 Change log\n\n## R7 Again',
    at: '## R7 Again',
    says: /REGISTRY\.md has two parts R7/,
    expected: /one heading/,
  },
  'a part without a table': {
    from: '| Module | Watches | Enabled |\n|---|---|---|\n| plans | `PLANS/**`, `TASKS.md` | no |',
    to: 'none',
    at: '## R8',
    says: /has no table/,
    expected: /Module \| Watches \| Enabled/,
  },
  'a table with other columns': {
    from: '| Module | Watches | Enabled |',
    to: '| Module | Watch | Enabled |',
    at: '| Module | Watch |',
    says: /other columns/,
    expected: /^Module \| Watches \| Enabled$/,
    actual: 'Module | Watch | Enabled',
  },
  'R1 with other columns': {
    from: '| Object | Files | Shape | Locator | Key | Readers | Writers |',
    to: '| Object | File | Shape | Locator | Key | Readers | Writers |',
    at: '| Object | File |',
    says: /other columns/,
  },
  'R2 with other columns': {
    from: '| Object | Field | Type |',
    to: '| Object | Name | Type |',
    at: '| Object | Name |',
    says: /other columns/,
  },
  'a row with a cell missing': {
    from: '| `audit/**` | APPEND | - | logs |',
    to: '| `audit/**` | APPEND | - |',
    at: '| `audit/**`',
    says: /this row has 3 of 4 cells/,
    expected: /4 cells/,
    actual: '3 cells',
  },
  'a row below a blank line': {
    from: '| `audit/**` | APPEND',
    to: '\n| `audit/**` | APPEND',
    at: '| `audit/**`',
    says: /row.* not in a table/,
    expected: /directly below the other rows of its table/,
  },
  'a row of R1 that is indented by four': {
    from: TASK,
    to: `\n    ${TASK}`,
    at: '| TASK | `TASKS',
    says: /row.* not in a table/,
  },
  'a row of R2 below a blank line': {
    from: STATUS,
    to: `\n${STATUS}`,
    at: STATUS,
    says: /row.* not in a table/,
  },
  'a row of a bundle below a blank line': {
    from: DONE,
    to: `\n${DONE}`,
    at: DONE,
    says: /row.* not in a table/,
  },
  'a row of R1 with a cell missing': {
    from: TASK,
    to: TASK.replace(' all |', ''),
    at: '| TASK | `TASKS',
    says: /6 of 7 cells/,
    expected: /7 cells/,
    actual: '6 cells',
  },
  'a row of R2 with a cell too many': {
    from: STATUS,
    to: `${STATUS} x |`,
    at: STATUS,
    says: /8 of 7 cells/,
    actual: '8 cells',
  },
  'a row of a bundle with a cell missing': {
    from: DONE,
    to: '| set | TASK[{slug}] | status |',
    at: '| set | TASK',
    says: /3 of 4 cells/,
  },
  'an object in small letters': {
    from: TASK,
    to: TASK.replace('TASK ', 'Task '),
    at: 'Task |',
    says: /"Task" is not an object name/,
    expected: /capital letters/,
  },
  'an object called like a table of the SQL view': {
    from: TASK,
    to: `${TASK}\n| LINKS | \`LINKS.md\` | document | front matter | path | all | all |`,
    at: 'LINKS |',
    says: /name of another table/,
    expected: /FIELDS/,
  },
  'an object that is declared twice': {
    from: TASK,
    to: `${TASK}\n${TASK}`,
    at: 'TASK |',
    after: '| all | all |\n| ',
    says: /TASK is declared twice/,
  },
  'an unknown shape': {
    from: '| table |',
    to: '| tabel |',
    at: 'tabel',
    says: /TASK has an unknown shape/,
    expected: /^document, table, log, section$/,
    actual: 'tabel',
  },
  'a locator that is none': {
    from: '`## Tasks`',
    to: '`Tasks`',
    at: '`Tasks`',
    says: /locator of TASK cannot be read/,
    expected: /for a table: ## Heading/,
    actual: 'Tasks',
  },
  'a locator of another shape': {
    from: '| document | front matter |',
    to: '| document | `## Plan` |',
    at: '`## Plan`',
    says: /locator of PLAN/,
    expected: /for a document: front matter/,
    actual: '## Plan',
  },
  'a section inside a deeper one': {
    from: '`### N-* in ## Inbox`',
    to: '`## N-* in ### Inbox`',
    at: '`## N-*',
    says: /locator of NOTE/,
    expected: /for a section/,
  },
  'files outside the workspace': {
    from: '`TASKS.md` | table',
    to: '`../TASKS.md` | table',
    at: '`../TASKS',
    says: /TASK needs a glob of files inside/,
    actual: '../TASKS.md',
  },
  'no files': {
    from: '| TASK | `TASKS.md` |',
    to: '| TASK | - |',
    at: '- | table',
    says: /TASK needs a glob/,
  },
  'a key that is no field': {
    from: '| slug | all',
    to: '| slg | all',
    at: 'slg',
    says: /key of TASK names the field "slg"/,
    expected: /one of slug, status, rank/,
    actual: 'slg',
  },
  'a log without chain': {
    from: '| LOG | chain | token | yes | - | - | bundle |\n',
    to: '',
    at: 'LOG |',
    says: /log LOG has no field chain/,
  },
  'an object without fields': {
    from: TASK,
    to: `${TASK}\n| IDEA | \`IDEAS.md\` | log | \`## Ideas\` | id | all | all |`,
    at: 'IDEA |',
    says: /IDEA has no fields in R2/,
  },
  'a field twice': {
    from: STATUS,
    to: `${STATUS}\n${STATUS}`,
    at: 'status |',
    after: 'bundle |\n| TASK | status | enum(open, done) | yes | - | - | bundle |\n',
    says: /TASK\.status is declared twice/,
  },
  'two fields that are one column in SQL': {
    from: '| PLAN | goal.due |',
    to: '| PLAN | goal_text | text | no | - | - | owner |\n| PLAN | goal.due |',
    at: 'goal_text',
    says: /same SQL column/,
  },
  'a field name with a capital': {
    from: '| TASK | rank |',
    to: '| TASK | Rank |',
    at: 'Rank',
    says: /"Rank" is not a field name/,
    expected: /lower-case words/,
  },
  'an unknown type': {
    from: '| rank | int |',
    to: '| rank | integer |',
    at: 'integer',
    says: /type of TASK\.rank is unknown/,
    expected: /text, token, int/,
    actual: 'integer',
  },
  'a list of lists': {
    from: '| rank | int |',
    to: '| rank | list(list(int)) |',
    at: 'list(list',
    says: /type of TASK\.rank/,
  },
  'an enum that names a value twice': {
    from: 'enum(open, done)',
    to: 'enum(open, open)',
    at: 'enum(open, open)',
    says: /type of TASK\.status/,
  },
  'a ref to an object that is not declared': {
    from: '| rank | int | no | 1..9; unique where status=open |',
    to: '| rank | list(ref(PLANS)) | no | - |',
    at: '| TASK | rank',
    says: /TASK\.rank refers to PLANS/,
    expected: /an object of R1/,
    actual: 'PLANS',
  },
  'References to an object that is not declared': {
    from: STATUS,
    to: STATUS.replace('| - | - |', '| - | PLANS |'),
    at: STATUS.slice(0, 20),
    says: /TASK\.status refers to PLANS/,
  },
  'References that contradict the type': {
    from: '| unique | PLAN |',
    to: '| unique | NOTE |',
    at: 'NOTE | bundle',
    says: /TASK\.slug is the key of a PLAN, but References names NOTE/,
    expected: /PLAN/,
    actual: 'NOTE',
  },
  'Required that is neither yes nor no': {
    from: 'enum(open, done) | yes',
    to: 'enum(open, done) | maybe',
    at: 'maybe',
    says: /Required of TASK\.status/,
    expected: /yes or no/,
    actual: 'maybe',
  },
  'a constraint that is none': {
    from: '1..9; unique',
    to: '1-9; unique',
    at: '1-9',
    says: /constraint of TASK\.rank cannot be read/,
    expected: /1\.\.100/,
    actual: '1-9',
  },
  'a range from much to little': {
    from: '1..9; unique',
    to: '9..1; unique',
    at: '9..1',
    says: /constraint of TASK\.rank/,
    actual: '9..1',
  },
  'a regex that is none': {
    from: '[;0-9]+',
    to: '[;0-9+',
    at: '`/^N',
    says: /constraint of NOTE\.id/,
    actual: '/^N-[;0-9+$/',
  },
  'unique where a field that is not declared': {
    from: 'unique where status=open',
    to: 'unique where stat=open',
    at: '| TASK | rank',
    says: /names the field "stat"/,
    expected: /a field of TASK/,
    actual: 'stat',
  },
  'an unknown writer': {
    from: '| - | agent |',
    to: '| - | agents |',
    at: 'agents',
    says: /writer of TASK\.rank/,
    expected: /owner, bundle, agent/,
    actual: 'agents',
  },
  'fields of an object that is not declared': {
    from: STATUS,
    to: `${STATUS}\n| TSK | when | date | no | - | - | agent |`,
    at: '| TSK |',
    says: /fields of TSK, which R1 does not declare/,
  },
  'an unknown tier': {
    from: 'APPEND',
    to: 'APEND',
    at: 'APEND',
    says: /tier of audit\/\*\* is unknown/,
    expected: /APPEND, STANDARD, PROTECTED/,
    actual: 'APEND',
  },
  'a route out of the workspace': {
    from: '`audit/**` |',
    to: '`/audit/**` |',
    at: '`/audit',
    says: /inside the workspace/,
    actual: '/audit/**',
  },
  'a route of everything but one file': {
    from: '`audit/**` |',
    to: '`!audit/**` |',
    at: '`!audit',
    says: /inside the workspace/,
    actual: '!audit/**',
  },
  'a route twice': {
    from: '| `audit/**` | APPEND | - | logs |',
    to: '| `audit/**` | APPEND | - | logs |\n| `audit/**` | CODE | - | logs |',
    at: '`audit/**` | CODE',
    says: /audit\/\*\* is routed twice/,
  },
  'a route with a bundle that is not declared': {
    from: 'finish, open_task',
    to: 'finish, opn_task',
    at: 'finish, opn',
    says: /names the bundle "opn_task"/,
    expected: /a bundle of R5/,
    actual: 'opn_task',
  },
  'an unknown edge': {
    from: '| WRITES |',
    to: '| WRITE |',
    at: 'WRITE |',
    says: /kind of the edge/,
    expected: /READS, WRITES/,
    actual: 'WRITE',
  },
  'an edge with one end': {
    from: '| `BUNDLE:finish` |',
    to: '| - |',
    at: '| - | WRITES',
    says: /two ends/,
    expected: /both ends/,
  },
  'a bundle with a name of two words': {
    from: '### open_task',
    to: '### open task',
    at: '### open task',
    says: /"open task" is not a bundle name/,
  },
  'a bundle twice': {
    from: '## R6 Rules',
    to: '### finish\n\n| Op | Target | Field | Value |\n|---|---|---|---|\n| append | LOG | what | x |\n\n## R6 Rules',
    at: '### finish',
    after: '### open_task',
    says: /bundle finish is declared twice/,
  },
  'a bundle without a table': {
    from: '| insert | TASK | slug | {slug} |\n| insert | TASK | status | open |',
    to: '',
    at: '### open_task',
    says: /has no operation/,
  },
  'a line of a bundle twice': {
    from: PRECONDITION,
    to: `${PRECONDITION}\n- **Arguments:** slug: ref(PLAN)`,
    at: '- **Arguments:** slug: ref(PLAN)\n',
    says: /finish has the line Arguments twice/,
    expected: /one line "- \*\*Arguments:/,
  },
  'a line of a rule twice': {
    from: RULE,
    to: `- **Severity:** error\n${RULE}`,
    at: '- **Severity:** warning',
    says: /no-open-task has the line Severity twice/,
  },
  'an argument of no type': {
    from: 'slug: ref(PLAN), why?: text',
    to: 'slug, why?: text',
    at: '- **Arguments:** slug,',
    says: /an argument cannot be read/,
    expected: /name: TYPE/,
    actual: 'slug',
  },
  'an argument twice': {
    from: 'slug: ref(PLAN), why?: text',
    to: 'slug: ref(PLAN), why?: text, why: text',
    at: '- **Arguments:** slug: ref(PLAN), why',
    says: /argument why is declared twice/,
  },
  'an argument that refers to nothing': {
    from: 'slug: ref(PLAN), why?',
    to: 'slug: ref(PLANS), why?',
    at: '### finish',
    says: /R1 does not declare an object PLANS/,
    actual: 'PLANS',
  },
  'a precondition that is none': {
    from: '.status is open;',
    to: '.status equals open;',
    at: '- **Preconditions:**',
    says: /precondition cannot be read/,
    expected: /is X, is not X/,
    actual: 'TASK[{slug}].status equals open',
  },
  'a precondition on an unknown field': {
    from: PRECONDITION,
    to: PRECONDITION.replace('.status', '.state'),
    at: '- **Preconditions:**',
    says: /TASK has no field "state"/,
    expected: /slug, status, rank/,
    actual: 'state',
  },
  'a precondition on an unknown argument': {
    from: '{why} is not empty',
    to: '{reason} is not empty',
    at: '- **Preconditions:**',
    says: /\{reason\} is not an argument of the bundle/,
    expected: /slug, why/,
    actual: 'reason',
  },
  'an unknown operation': {
    from: DONE,
    to: DONE.replace('set', 'put'),
    at: 'put |',
    says: /"put" is not an operation/,
    expected: /set, append, insert, remove, notify/,
  },
  'a target that is none': {
    from: DONE,
    to: DONE.replace('TASK[{slug}]', 'task {slug}'),
    at: 'task {slug}',
    says: /target cannot be read/,
    actual: 'task {slug}',
  },
  'a target that is not declared': {
    from: DONE,
    to: DONE.replace('TASK[', 'TASKS['),
    at: '| set | TASKS',
    says: /R1 does not declare an object TASKS/,
    expected: /an object of R1/,
    actual: 'TASKS',
  },
  'a value that is an expression': {
    from: DONE,
    to: DONE.replace('done', '{slug + 1}'),
    at: '{slug + 1}',
    says: /value cannot be read/,
    expected: /a literal, \{argument\}/,
    actual: '{slug + 1}',
  },
  'a value with a time that is none': {
    from: '{today + 3d}',
    to: '{today + 3 days}',
    at: '{today + 3 days}',
    says: /value cannot be read/,
  },
  'a set without a field': {
    from: DONE,
    to: DONE.replace('status', '-'),
    at: '- | done',
    says: /has no field/,
  },
  'a set without a key': {
    from: DONE,
    to: DONE.replace('[{slug}]', ''),
    at: '| set | TASK |',
    says: /set TASK needs a key/,
  },
  'an argument that is not declared': {
    from: '| {why} |',
    to: '| {reason} |',
    at: '| append | LOG',
    says: /\{reason\} is not an argument of the bundle/,
    actual: 'reason',
  },
  'a field that is not declared': {
    from: DONE,
    to: DONE.replace('status', 'state'),
    at: '| set | TASK',
    says: /TASK has no field "state" in R2/,
    actual: 'state',
  },
  'a literal that is not in the enum': {
    from: DONE,
    to: DONE.replace('done', 'finished'),
    at: '| set | TASK',
    says: /"finished" is not a value of TASK\.status/,
    expected: /one of open, done/,
    actual: 'finished',
  },
  'a literal that is not of the type': {
    from: '{today + 3d}',
    to: 'tomorrow',
    at: '| set | PLAN',
    says: /"tomorrow" is not a value of PLAN\.goal\.due/,
    expected: /a date such as/,
    actual: 'tomorrow',
  },
  "a field that is the owner's": {
    from: '| goal.due | {today + 3d} |',
    to: '| goal.text | x |',
    at: '| set | PLAN',
    says: /only the owner may write PLAN\.goal\.text/,
  },
  'an old value of a new record': {
    from: '| insert | TASK | status | open |',
    to: '| insert | TASK | status | {old.status} |',
    at: '| insert | TASK | status',
    says: /\{old\.status\} works only in a set operation/,
    expected: /set/,
    actual: 'insert',
  },
  'an old value of an unknown field': {
    from: DONE,
    to: DONE.replace('| done', '| {old.state}'),
    at: '| set | TASK',
    says: /TASK has no field "state"/,
  },
  'a log that is set': {
    from: '| append | LOG |',
    to: '| set | LOG[1] |',
    at: '| set | LOG',
    says: /LOG is a log, so a bundle can only append/,
    expected: /append/,
    actual: 'set',
  },
  'a document that is appended to': {
    from: '| set | PLAN[{slug}] |',
    to: '| append | PLAN |',
    at: '| append | PLAN',
    says: /PLAN is a document/,
  },
  'a rule with a bad id': {
    from: '### no-open-task',
    to: '### No open task',
    at: '### No open',
    says: /is not a rule id/,
    expected: /joined by -/,
  },
  'a rule without severity': {
    from: RULE,
    to: RULE.slice(RULE.indexOf('\n') + 1),
    at: '### no-open',
    says: /no-open-task has no severity/,
    expected: /error, warning, info/,
    actual: 'nothing',
  },
  'a rule of unknown severity': {
    from: 'warning',
    to: 'fatal',
    at: '- **Severity:** fatal',
    says: /"fatal" is not a severity/,
    actual: 'fatal',
  },
  'a rule without message': {
    from: RULE,
    to: '- **Severity:** warning\n',
    at: '### no-open',
    says: /has no message/,
  },
  'a rule without sql': {
    from: '```sql',
    to: '```',
    at: '```\nSELECT',
    says: /exactly one fenced sql block/,
    actual: '0 blocks',
  },
  'a rule with two queries': {
    from: '## R7',
    to: '```sql\nSELECT 1\n```\n\n## R7',
    at: '```sql\nSELECT 1',
    says: /exactly one fenced sql block/,
    actual: '2 blocks',
  },
  'a rule twice': {
    from: '## R7',
    to: `### no-open-task\n\n${RULE}\n\`\`\`sql\nSELECT 1\n\`\`\`\n\n## R7`,
    at: '### no-open',
    after: 'AS line',
    says: /no-open-task is declared twice/,
  },
  'a module twice': {
    from: '| plans | `PLANS/**`, `TASKS.md` | no |',
    to: '| plans | `PLANS/**` | no |\n| plans | `TASKS.md` | no |',
    at: 'plans | `TASKS',
    says: /module plans is declared twice/,
  },
  'a section of a module with a part that it cannot have': {
    from: '### R1 Objects',
    to: '### R7 Change log\n\n### R1 Objects',
    at: '### R7',
    says: /the module greet has a part "R7 Change log"/,
    expected: /R1, R2, R3, R4, R5, R6, R8/,
  },
  'a section of a module with a part whose name is misspelt': {
    from: '### R3 Routes',
    to: '### Routes',
    at: '### Routes',
    says: /the module greet has a part "Routes"/,
  },
  'a section of a module with a part twice': {
    from: '### R2 Fields',
    to: '### R1 Objects\n\n| Object | Files | Shape | Locator | Key | Readers | Writers |\n|---|---|---|---|---|---|---|\n\n### R2 Fields',
    at: '### R1 Objects',
    after: '| GREETING |',
    says: /the module greet has two parts R1/,
  },
  'a section of a module twice': {
    from: '## Module greet\n',
    to: '## Module greet\n\n## Module greet\n',
    at: '## Module greet',
    after: '## Module greet',
    says: /the module greet has two sections/,
  },
  'a section of a module whose heading is misspelt': {
    from: '## Module greet\n\n### R8 Modules\n\n| Module | Watches | Enabled |\n|---|---|---|\n| greet | `GREETINGS.md` | yes |\n',
    to: '## Modul greet\n\n### R8 Modules\n\n## Module greet\n',
    at: '## Modul greet',
    says: /not read as the heading of a module/,
  },
  'a section of a module with the row of another': {
    from: '| greet | `GREETINGS.md` | yes |',
    to: '| other | `GREETINGS.md` | yes |',
    at: 'other |',
    says: /the section of the module greet has a row of another/,
    expected: /greet/,
    actual: 'other',
  },
  'a module that changes the tier of a route': {
    from: '| `TASKS.md` | STANDARD | greet |',
    to: '| `TASKS.md` | APPEND | greet |',
    at: '`TASKS.md` | APPEND',
    says: /TASKS\.md is routed twice/,
  },
  'a module that opens a route for its bundles alone': {
    from: '| `TASKS.md` | STANDARD | greet |',
    to: '| `audit/**` | APPEND | greet |',
    at: '`audit/**` | APPEND | greet',
    says: /audit\/\*\* is routed twice/,
  },
  'an object of a module that the core has': {
    from: '| GREETING | `GREETINGS.md`',
    to: '| TASK | `GREETINGS.md` | table | `## Tasks` | slug | all | all |\n| GREETING | `GREETINGS.md`',
    at: 'TASK | `GREETINGS',
    says: /TASK is declared twice/,
  },
  'a module neither enabled nor not': {
    from: '`TASKS.md` | no |',
    to: '`TASKS.md` | on |',
    at: 'on |',
    after: '`PLANS/**`, `TASKS.md` | ',
    says: /Enabled of the module plans/,
    expected: /yes or no/,
    actual: 'on',
  },
};

t.test('the shipped registry and the small one are read without a diagnostic', async (t) => {
  for (const text of [SHIPPED, SMALL, SMALL.replaceAll('\n', '\r\n'), `\ufeff${SMALL}`])
    t.same(loadSchema(text).diagnostics, []);
  const { schema } = loadSchema(SMALL);
  t.same([...schema.objects.keys()], ['TASK', 'PLAN', 'NOTE', 'LOG', 'GREETING']);
  t.same(
    schema.routes.map(({ pattern, tier, bundles }) => ({ pattern, tier, bundles })),
    [
      { pattern: 'TASKS.md', tier: 'STANDARD', bundles: ['finish', 'open_task', 'greet'] },
      { pattern: 'audit/**', tier: 'APPEND', bundles: [] },
    ],
  );
  t.match(schema.objects.get('TASK')?.fields.get('rank'), {
    type: { kind: 'int' },
    required: false,
    constraints: [
      { kind: 'range', min: 1, max: 9 },
      { kind: 'unique', where: { field: 'status', value: 'open' } },
    ],
    writer: 'agent',
  });
  const finish = schema.bundles.get('finish');
  t.same(
    finish?.arguments.map(({ name, optional }) => `${name}${optional ? '?' : ''}`),
    ['slug', 'why?'],
  );
  t.same(
    finish?.operations.map(({ op, target }) => `${op} ${target.object}`),
    ['set TASK', 'set PLAN', 'append LOG'],
  );
  t.same(
    schema.bundles
      .get('open_task')
      ?.operations.map(({ fields }) => fields.map(({ field }) => field)),
    [['slug', 'status']],
    'consecutive rows on one target are one record',
  );
  t.same(
    schema.modules.map(({ watches }) => watches),
    [['PLANS/**', 'TASKS.md'], ['GREETINGS.md']],
  );
});

t.test('each mistake is one diagnostic, in its place, and the rest stays in force', async (t) => {
  t.ok(Object.keys(MISTAKES).length >= 40);
  for (const [name, mistake] of Object.entries(MISTAKES)) {
    t.equal(SMALL.split(mistake.from).length > 1, true, `${name}: the text to change is there`);
    const text = SMALL.replace(mistake.from, () => mistake.to);
    const { schema, diagnostics } = loadSchema(text);
    t.same(
      diagnostics.map(({ message }) => message).filter((message) => !mistake.says.test(message)),
      [],
      `${name}: nothing else is complained of`,
    );
    t.equal(diagnostics.length, 1, `${name}: one diagnostic`);
    const [found] = diagnostics;
    t.same(
      { line: found?.range.line, column: found?.range.column },
      placeOf(text, mistake),
      `${name}: its place`,
    );
    if (mistake.expected !== undefined)
      t.match(found?.expected, mistake.expected, `${name}: what was expected`);
    if (mistake.actual !== undefined)
      t.equal(found?.actual, mistake.actual, `${name}: what was there`);
    t.ok(
      schema.objects.has('LOG') ||
        /R1|not in a table/.test(found?.message ?? '') ||
        /File \|/.test(found?.actual ?? ''),
      `${name}: the other objects are there`,
    );
  }
});

t.test(
  'two mistakes are two diagnostics, each at its line, also with CRLF and a BOM',
  async (t) => {
    const text = `\ufeff${SMALL.replace('| table |', '| tabel |').replace('APPEND', 'APEND').replaceAll('\n', '\r\n')}`;
    t.same(
      loadSchema(text).diagnostics.map(({ range }) => [range.line, range.column]),
      [
        [7, 23],
        [33, 16],
      ],
    );
  },
);

t.test('a registry that is not there declares nothing and says so', async (t) => {
  const { schema, diagnostics } = missingSchema();
  t.equal(schema.objects.size, 0);
  t.match(diagnostics, [{ rule: 'registry-syntax', range: { line: 1, column: 1 } }]);
});

/** What a slip of the hand, or of a merge, does to a text. */
const slip = fc.oneof(
  fc.record({
    kind: fc.constant('cut' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(400),
  }),
  fc.record({
    kind: fc.constant('put' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    text: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        '|',
        '\n',
        '\r',
        '```',
        '## R1',
        '### x',
        '{',
        '}',
        '[',
        '\\',
        '`',
        '-',
        '<!--',
        '\ufeff',
        '\0',
        '\u2028',
        '\ud800',
        '- **Arguments:** x: list(',
        'list('.repeat(9000),
      ),
    ),
  }),
  fc.record({
    kind: fc.constant('copy' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(400),
  }),
);

t.test(
  'whatever is done to the text, it is read, and every diagnostic stands inside it',
  async (t) => {
    const texts = [
      SMALL,
      SHIPPED.slice(0, SHIPPED.indexOf('### PROJECT')) +
        SHIPPED.slice(SHIPPED.indexOf('## R5'), SHIPPED.indexOf('### pass_record')) +
        SHIPPED.slice(SHIPPED.indexOf('## R6')),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(slip, { minLength: 1, maxLength: 6 }),
        (text, slips) => {
          let mutated = text;
          for (const one of slips) {
            const at = Math.floor(one.at * mutated.length);
            const put =
              one.kind === 'put'
                ? one.text
                : one.kind === 'copy'
                  ? mutated.slice(Math.floor(one.from * mutated.length)).slice(0, one.length)
                  : '';
            mutated =
              mutated.slice(0, at) +
              put +
              mutated.slice(at + (one.kind === 'cut' ? one.length : 0));
          }
          const lines = mutated.split(/\r\n|\n|\r/).length;
          return loadSchema(mutated).diagnostics.every(
            ({ range }) =>
              range.line >= 1 &&
              range.column >= 1 &&
              range.endLine <= lines &&
              (range.line < range.endLine || range.column <= range.endColumn),
          );
        },
      ),
      { numRuns: 300 },
    );
    for (let i = 1; i <= 40; i++) loadSchema(SHIPPED.slice(Math.floor((SHIPPED.length * i) / 41)));
    t.pass('held');
  },
);

function placeOf(
  text: string,
  { at, after }: Mistake,
): Pick<Diagnostic['range'], 'line' | 'column'> {
  const offset = text.indexOf(at, after === undefined ? 0 : text.indexOf(after) + after.length);
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Rows of the shipped registry, and what is said without them or with another tier. */
const LOWERED: readonly (readonly [from: RegExp, to: string, says: RegExp])[] = [
  [
    /^(\| `SOUL\.md` \| )PROTECTED/m,
    '$1STANDARD',
    /SOUL\.md has to be PROTECTED or CODE, not STANDARD/,
  ],
  [/^\| `SOUL\.md` \| PROTECTED.*\n/m, '', /SOUL\.md has to be PROTECTED/],
  [
    /^(\| `orchestration-os\/RUNNERS\.md` \| )PROTECTED/m,
    '$1STANDARD',
    /RUNNERS\.md has to be PROTECTED/,
  ],
  [/^(\| `MODEL-TIERS\.md` \| )PROTECTED/m, '$1STANDARD', /MODEL-TIERS\.md has to be PROTECTED/],
  [
    /^(\| `INTEGRITY-MANIFEST\.md` \| )MANIFEST-VERIFY/m,
    '$1STANDARD',
    /INTEGRITY-MANIFEST\.md has to be MANIFEST-VERIFY/,
  ],
  [/^(\| `audit\/AUDIT-LOG\.md` \| )APPEND/m, '$1STANDARD', /AUDIT-LOG\.md has to be APPEND/],
  [
    /^\| `INTEGRITY-MANIFEST\.md` \| VALIDATES \| `SOUL\.md`.*\n/m,
    '',
    /R4 does not say that INTEGRITY-MANIFEST\.md validates SOUL\.md/,
  ],
  [
    /^(\| `PROJECTS\/README\.md` \| )PROTECTED/m,
    '$1STANDARD',
    /validates only protected pages, and PROJECTS\/README\.md is STANDARD/,
  ],
];

t.test('no registry lowers the least protection', async (t) => {
  t.same(loadSchema(SHIPPED).diagnostics, []);
  for (const [from, to, says] of LOWERED) {
    t.match(SHIPPED, from);
    const { diagnostics } = loadSchema(SHIPPED.replace(from, to));
    t.equal(diagnostics.length, 1, String(from));
    t.match(diagnostics[0]?.message, says);
  }
});
