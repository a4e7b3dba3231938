/** What each rule finds and what it does not, as changes of the base workspace. */
import { DISPATCH_ROW } from './base-workspace.js';
import { addRow, append, changedLate, type Edit, file, remove, replace } from './edit-workspace.js';

export type Case = {
  readonly rule: string;
  readonly name: string;
  /** `«…»` marks the places that are found. */
  readonly edits: readonly Edit[];
  /**
   * `severity rule` for each marked place, in order of files and lines; one without a mark says
   * where: `severity rule @ FILE:line:column-end`. Nothing: all is well.
   */
  readonly finds: readonly string[];
  /** Part of the first message or hint. */
  readonly says?: string;
  /** What the file holds after the fixes: path, and a part that stands in it then. */
  readonly fixed?: readonly [string, string];
};

const DISPATCH = 'ACTIVE-PROJECTS.md';
const LONGRUNNER = 'PROJECTS/inventory/LONGRUNNER.md';
const PHASES = 'PROJECTS/inventory/PHASES.md';
const R6_END = '## R7 Change log';
const R3_ROW = '| `docs/**` | STANDARD | - | documentation |';
const R4_ROW = '| `BUNDLE:memory_entry` | WRITES | `OBJECT:MEMORY` | - |';
/** Notes may link to anything. */
const NOTES_LINK = replace(
  'REGISTRY.md',
  R4_ROW,
  `${R4_ROW}\n| \`notes/*.md\` | REFERENCES | \`**\` | - |`,
);
const INBOX = '## Inbox\n';

function notification(
  fields: { readonly status?: string; readonly answer?: string; readonly heading?: string } = {},
): string {
  return `${INBOX}
### ${fields.heading ?? 'N-20261121-001 Go on?'}

- **Time:** 2026-11-20T05:30:00Z
- **Priority:** high
- **Project:** inventory
- **Kind:** proposal
- **Action needed:** Go on?
- **Status:** ${fields.status ?? 'open'}
- **Answer:** ${fields.answer ?? '-'}
`;
}

function failureMode(key: string): string {
  return `
## ${key} Something fails

- **Symptom:** It is seen.
- **Detection:** By eye.
- **Cause:** Unknown.
- **Fix:** Start again.
- **Prevention:** -
- **Severity:** 2
- **Occurrence:** 2
- **Detectability:** 2
- **Status:** open
`;
}

const WORKER_PROMPT = 'orchestration-os/CRON-WORKER-PROMPT.md';
const MANAGER_PROMPT = 'orchestration-os/CRON-MANAGER-PROMPT.md';
const RECIPES = 'orchestration-os/PROMPT-RECIPES.md';
const TOOLS = 'orchestration-os/OPS-TOOL-REGISTRY.md';
const EXIT_CODES = 'orchestration-os/prompt-fragments/exit-codes.md';
const EXAMPLES = 'orchestration-os/prompt-fragments/questions-manager.md';
/** The last row of the worker's recipe. */
const PART_END = `| ${WORKER_PROMPT} | 90 | orchestration-os/prompt-fragments/end.md | - |\n`;

const CHAIN = '0123456789abcdef0123456789abcdef';
const [BEGUN, ENDED] = ['2026-11-21T01:30:00Z', '2026-11-21T01:40:00Z'];
const RUN = { run_id: 'RUN-20261121-001', chain: CHAIN };
/** One pass, in both logs. */
const PASS: readonly Edit[] = [
  addRow('audit/SESSION-REGISTRY.md', {
    ...{ ...RUN, role: 'worker', runner: 'script', started: BEGUN, ended: ENDED },
    ...{ integrity: 'pass', project: 'inventory', outcome: 'done', grade: 'STRONG' },
  }),
  addRow('audit/AUDIT-LOG.md', {
    ...{ ...RUN, seq: 1, time: BEGUN, step: 'T0', type: 'gate', result: 'ok', actor: 'worker' },
  }),
];

const PREAPPROVALS = 'orchestration-os/OPS-PREAPPROVAL.md';
function approval(scope: string, boundary: string, id = 'PA-009'): string {
  return `\n## ${id} More\n\n- **Action class:** file-write-extended\n- **Max uses:** 3\n- **Expires:** 2099-01-01T00:00:00Z\n- **Status:** active\n\n\`\`\`yaml scope\n${scope}\n\`\`\`\n\n\`\`\`yaml boundary\n- ${boundary}\n\`\`\`\n`;
}
const SPENDING = 'orchestration-os/SPENDING.md';
const LIMIT_HEADER = '| Scope | Project | Tokens | Cost | Note |\n|---|---|---|---|---|\n';
const PRICE_HEADER =
  '| Model | Runner | Input | Output | Cache read | Cache write | Max output | Currency | As of |\n|---|---|---|---|---|---|---|---|---|\n';
const INBOUND = 'orchestration-os/OPS-INBOUND.md';
const DESTINATIONS = 'orchestration-os/OPS-DESTINATIONS.md';
const CHANNEL_HEADER =
  '| Channel | Unknown sender | Trigger | Pattern | Ignored | Project | Max per hour | Note |\n|---|---|---|---|---|---|---|---|\n';
const SENDER_HEADER = '| Channel | Sender | Verdict | Projects | Note |\n|---|---|---|---|---|\n';
const DESTINATION_HEADER =
  '| Name | Kind | Pattern | Projects | Max per pass | Note |\n|---|---|---|---|---|---|\n';
const rows = (path: string, header: string, added: string): Edit =>
  replace(path, header, `${header}${added}\n`);

const JOBS = 'orchestration-os/JOBS.md';
const job = (fields: string, lists: string): Edit =>
  append(JOBS, `\n## «backup» every night\n\n- **Host:** cron\n${fields}${lists}`);
const FRESH = '\n```yaml fresh\n- "*.dump"\n```\n';

export const CASES: readonly Case[] = [
  // job-proof
  {
    rule: 'job-proof',
    name: 'a job that says nothing about its work',
    edits: [job('', '')],
    finds: ['warning job-proof'],
    says: 'neither what it proves nor what is fresh',
  },
  {
    rule: 'job-proof',
    name: 'a pattern, times, a zone and a project that cannot be used',
    edits: [
      append(
        JOBS,
        `\n## backup every night\n\n- **Host:** cron\n- **Start by:** «25:10»\n- **Done by:** «15 3 * * * *»\n- **Time zone:** «Europe/Berlim»\n- **On failure:** «run inventry»\n${FRESH}\n\`\`\`yaml forbids\n«- "error ("\n»\`\`\`\n`,
      ),
    ],
    finds: [
      'error job-proof',
      'error job-proof',
      'error job-proof',
      'warning job-proof',
      'error job-proof',
    ],
    says: 'inventory',
  },
  {
    rule: 'job-proof',
    name: 'whole jobs',
    edits: [
      append(
        JOBS,
        `\n## backup every night\n\n- **Host:** cron\n- **Start by:** 03:10\n- **Done by:** 15 4 * * 1-5\n- **Time zone:** Europe/Berlin\n- **On failure:** run inventory\n${FRESH}`,
      ),
      append(
        JOBS,
        '\n## report\n\n- **Host:** systemd\n\n```yaml proves\n- file_exists: report.md\n```\n\n```yaml forbids\n- "^error"\n```\n',
      ),
    ],
    finds: [],
  },

  // spending
  {
    rule: 'spending',
    name: 'a limit without a number, a price of another century, and a night too small for any pass',
    edits: [
      rows(SPENDING, LIMIT_HEADER, '«| month | - | - | - | - |»\n| night | - | - | «0.01» | - |'),
      rows(SPENDING, PRICE_HEADER, '| m | - | 1 | 2 | - | - | - | USD | «2999-01-01» |'),
    ],
    finds: ['error spending', 'error spending', 'warning spending'],
    says: 'no pass can begin: lightweight, the cheapest tier',
  },
  {
    rule: 'spending',
    name: 'limits that can work',
    edits: [
      rows(SPENDING, LIMIT_HEADER, '| month | - | - | 20 | - |\n| night | - | 900000 | - | - |'),
      rows(SPENDING, PRICE_HEADER, '| m | - | 1 | 2 | - | - | - | USD | 2026-11-21 |'),
    ],
    finds: [],
  },
  {
    rule: 'field-contract',
    name: 'a price that nobody asks',
    edits: [rows(SPENDING, PRICE_HEADER, '| m | - | «1e30» | 2 | - | - | - | USD | 2026-11-21 |')],
    finds: ['error field-contract'],
    says: '1000000',
  },

  // rule-page
  {
    rule: 'rule-page',
    name: 'keys, a flag and patterns that nobody can check',
    edits: [
      file(
        'orchestration-os/rules/own.md',
        '---\nid: own\n«forbiden: []»\nforbidden:\n  - «patern: x»\n    pattern: y\n    «flags: g»\n  - «pattern: "a("»\n---\nText.\n',
      ),
    ],
    finds: ['error rule-page', 'error rule-page', 'error rule-page', 'error rule-page'],
    says: 'did you mean forbidden?',
  },
  {
    rule: 'rule-page',
    name: 'a role whose lists are not lists',
    edits: [
      file(
        'orchestration-os/roles/own.md',
        '---\nid: own\n«responsibilities: look»\n«required: tests»\n---\nText.\n',
      ),
    ],
    finds: ['error rule-page', 'error rule-page'],
    says: 'expected array',
  },
  {
    rule: 'rule-page',
    name: 'a whole rule and a whole role',
    edits: [
      file(
        'orchestration-os/rules/own.md',
        '---\nid: own\nscope: "**/*.js"\nforbidden:\n  - { pattern: "\\\\bdebugger\\\\b", place: file }\ncommands:\n  - { run: [node, check.mjs], effect: look }\n---\nText.\n',
      ),
      file(
        'orchestration-os/roles/own.md',
        '---\nid: own\nmust_not: [guess]\nescalation: { criteria: human }\n---\nText.\n',
      ),
    ],
    finds: [],
  },

  // inbound
  {
    rule: 'inbound',
    name: 'a pattern that is no regular expression',
    edits: [
      rows(
        INBOUND,
        CHANNEL_HEADER,
        '| chat | quarantine | pattern | «deploy [now» | accumulate | inventory | 30 | - |',
      ),
    ],
    finds: ['error inbound'],
    says: 'never accepts a message',
  },
  {
    rule: 'inbound',
    name: 'a pattern that is not there',
    edits: [
      rows(
        INBOUND,
        CHANNEL_HEADER,
        '| chat | quarantine | pattern | «-» | accumulate | inventory | 30 | - |',
      ),
    ],
    finds: ['error inbound'],
    says: 'empty',
  },
  {
    rule: 'inbound',
    name: 'a project that is not there',
    edits: [
      rows(INBOUND, CHANNEL_HEADER, '| chat | drop | always | - | drop | «inventry» | 30 | - |'),
    ],
    finds: ['warning inbound'],
    says: 'inventory',
  },
  {
    rule: 'inbound',
    name: 'a sender on a channel that is not there, for a project that is not there',
    edits: [rows(INBOUND, SENDER_HEADER, '| «mail» | alice@example.org | allow | «attic» | - |')],
    finds: ['warning inbound', 'warning inbound'],
  },
  {
    rule: 'inbound',
    name: 'a channel and its senders',
    edits: [
      rows(
        INBOUND,
        CHANNEL_HEADER,
        '| chat | quarantine | pattern | ^(ask\\|do): | accumulate | inventory | 30 | - |\n| mail | drop | mention | - | drop | - | 5 | - |',
      ),
      rows(
        INBOUND,
        SENDER_HEADER,
        '| chat | alice@example.org | allow | inventory | - |\n| mail | mallory@example.org | deny | - | - |',
      ),
    ],
    finds: [],
  },

  // destination
  {
    rule: 'destination',
    name: 'a wildcard inside a host',
    edits: [
      rows(DESTINATIONS, DESTINATION_HEADER, '| one | url | «api.*.example.org» | - | 5 | - |'),
    ],
    finds: ['error destination'],
    says: 'allows nothing',
  },
  {
    rule: 'destination',
    name: 'a scheme, a number, a wildcard for everything',
    edits: [
      rows(
        DESTINATIONS,
        DESTINATION_HEADER,
        '| one | url | «https://example.org» | - | 5 | - |\n| two | url | «127.0.0.1» | - | 5 | - |\n| three | url | «*» | - | 5 | - |',
      ),
    ],
    finds: ['error destination', 'error destination', 'error destination'],
  },
  {
    rule: 'destination',
    name: 'a session under the kind channel, every session',
    edits: [
      rows(
        DESTINATIONS,
        DESTINATION_HEADER,
        '| one | channel | «session:main» | - | 5 | - |\n| two | session | «session:*» | - | 5 | - |',
      ),
    ],
    finds: ['error destination', 'error destination'],
  },
  {
    rule: 'destination',
    name: 'a project that is not there',
    edits: [
      rows(DESTINATIONS, DESTINATION_HEADER, '| one | search | search:web | «inventry» | 5 | - |'),
    ],
    finds: ['warning destination'],
    says: 'inventory',
  },
  {
    rule: 'destination',
    name: 'one of each kind',
    edits: [
      rows(
        DESTINATIONS,
        DESTINATION_HEADER,
        '| one | url | *.example.org:8443/v1/* | inventory | 5 | - |\n| two | channel | telegram:* | - | 5 | - |\n| three | session | session:main | - | 5 | - |\n| four | search | search:web | - | 5 | - |',
      ),
    ],
    finds: [],
  },

  // registry-syntax
  {
    rule: 'registry-syntax',
    name: 'a tier that nobody knows',
    edits: [replace('REGISTRY.md', '| `MEMORY.md` | STANDARD |', '| `MEMORY.md` | «STANDRAD» |')],
    finds: ['error registry-syntax'],
  },
  {
    rule: 'registry-syntax',
    name: 'a field of an unknown type',
    edits: [
      replace(
        'REGISTRY.md',
        '| DOMAIN | restrictions | text |',
        '| DOMAIN | restrictions | «txt» |',
      ),
    ],
    finds: ['error registry-syntax'],
  },
  {
    rule: 'registry-syntax',
    name: 'a query with a column that is not there',
    edits: [
      replace(
        'REGISTRY.md',
        R6_END,
        `### calm-night\n\n- **Severity:** info\n- **Message:** {slug} rests\n\n\`\`\`sql\nSELECT d.file, d.line, d.slug\nFROM dispatch d WHERE «d.stauts» = 'paused'\n\`\`\`\n\n${R6_END}`,
      ),
    ],
    finds: ['error registry-syntax'],
    says: 'd.stauts',
  },
  {
    rule: 'registry-syntax',
    name: 'a query that is no SQL',
    edits: [
      replace(
        'REGISTRY.md',
        R6_END,
        `### calm-night\n\n- **Severity:** info\n- **Message:** all rest\n\n\`\`\`sql\nSELECT file, line\nFORM «dispatch»\n\`\`\`\n\n${R6_END}`,
      ),
    ],
    finds: ['error registry-syntax'],
  },
  {
    rule: 'registry-syntax',
    name: 'a query that changes something',
    edits: [
      replace(
        'REGISTRY.md',
        R6_END,
        `### calm-night\n\n- **Severity:** info\n- **Message:** all rest\n\n\`\`\`sql\n«DELETE FROM dispatch»\n\`\`\`\n\n${R6_END}`,
      ),
    ],
    finds: ['error registry-syntax'],
    says: 'only a SELECT',
  },
  {
    rule: 'registry-syntax',
    name: 'a query without file and line',
    edits: [
      replace(
        'REGISTRY.md',
        R6_END,
        `### calm-night\n\n- **Severity:** info\n- **Message:** {slug} rests\n\n\`\`\`sql\n«SELECT slug FROM dispatch»\n\`\`\`\n\n${R6_END}`,
      ),
    ],
    finds: ['error registry-syntax'],
    says: 'no file and line',
  },
  {
    rule: 'registry-syntax',
    name: 'a message with a column that its query does not select',
    edits: [
      replace(
        'REGISTRY.md',
        R6_END,
        `«### calm-night»\n\n- **Severity:** info\n- **Message:** {slog} rests\n\n\`\`\`sql\nSELECT file, line, slug FROM dispatch\n\`\`\`\n\n${R6_END}`,
      ),
    ],
    finds: ['error registry-syntax'],
    says: '{slog}',
  },
  {
    rule: 'registry-syntax',
    name: "a rule of the owner's own",
    edits: [
      replace(
        'REGISTRY.md',
        R6_END,
        `### calm-night\n\n- **Severity:** info\n- **Message:** {slug} rests\n\n\`\`\`sql\nSELECT file, line, slug FROM dispatch WHERE status = 'paused'\n\`\`\`\n\n${R6_END}`,
      ),
    ],
    finds: [],
  },

  // bundle-invalid
  {
    rule: 'bundle-invalid',
    name: 'an argument that the bundle does not have',
    edits: [
      replace(
        'REGISTRY.md',
        '| set | BRIEFING[Briefing] | body | {body} |',
        '«| set | BRIEFING[Briefing] | body | {bdoy} |»',
      ),
    ],
    finds: ['error bundle-invalid'],
    says: '{bdoy}',
  },
  {
    rule: 'bundle-invalid',
    name: 'a bundle that sets a field of the owner',
    edits: [
      replace(
        'REGISTRY.md',
        '| set | BRIEFING[Briefing] | body | {body} |',
        '| set | BRIEFING[Briefing] | body | {body} |\n«| set | PROJECT[inventory] | mission | {body} |»',
      ),
    ],
    finds: ['error bundle-invalid'],
    says: 'the owner',
  },
  {
    rule: 'bundle-invalid',
    name: 'a literal for a text field',
    edits: [
      replace(
        'REGISTRY.md',
        '| set | BRIEFING[Briefing] | body | {body} |',
        '| set | BRIEFING[Briefing] | body | Good morning. |',
      ),
    ],
    finds: [],
  },

  // file-missing
  {
    rule: 'file-missing',
    name: 'the only file of an object',
    edits: [
      remove('orchestration-os/NOTIFICATIONS-ARCHIVE.md'),
      replace(
        'REGISTRY.md',
        '| NOTIFICATION-ARCHIVE | `orchestration-os/NOTIFICATIONS-ARCHIVE.md` | section',
        '| NOTIFICATION-ARCHIVE | «`orchestration-os/NOTIFICATIONS-ARCHIVE.md`» | section',
      ),
    ],
    finds: ['error file-missing'],
  },
  {
    rule: 'file-missing',
    name: 'a link in its place',
    edits: [
      file('orchestration-os/NOTIFICATIONS-ARCHIVE.md', { link: 'memory/README.md' }),
      replace(
        'REGISTRY.md',
        '| NOTIFICATION-ARCHIVE | `orchestration-os/NOTIFICATIONS-ARCHIVE.md` | section',
        '| NOTIFICATION-ARCHIVE | «`orchestration-os/NOTIFICATIONS-ARCHIVE.md`» | section',
      ),
    ],
    finds: ['error file-missing'],
    says: 'symbolic link',
  },
  {
    rule: 'file-missing',
    name: 'a protected file without records',
    edits: [
      replace('REGISTRY.md', R3_ROW, `${R3_ROW}\n| «\`notes/RULES.md\`» | PROTECTED | - | - |`),
    ],
    finds: ['error file-missing'],
  },
  {
    rule: 'file-missing',
    name: 'a pointer of git-lfs, and nothing else about the page',
    edits: [
      file('MEMORY.md', '«»version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12\n'),
    ],
    finds: ['error file-missing'],
    says: 'git lfs pull',
  },
  {
    rule: 'file-missing',
    name: 'no project and no memory yet',
    edits: [
      remove(LONGRUNNER),
      remove(PHASES),
      remove('PROJECTS/inventory/pass.mjs'),
      remove('PROJECTS/inventory/outputs/inventory-2026-11-20.md'),
      replace(DISPATCH, `${DISPATCH_ROW}\n`, ''),
    ],
    finds: [],
  },

  // record-shape
  {
    rule: 'record-shape',
    name: 'a row with a cell too few',
    edits: [
      replace(
        DISPATCH,
        DISPATCH_ROW,
        '«| 1 | inventory | PROJECTS/inventory/LONGRUNNER.md | collect | active | - |»',
      ),
    ],
    finds: ['error record-shape'],
    fixed: [
      DISPATCH,
      '| 1 | inventory | PROJECTS/inventory/LONGRUNNER.md | collect | active | - | - |\n',
    ],
  },
  {
    rule: 'record-shape',
    name: 'a row that ends without a pipe',
    edits: [
      replace(
        DISPATCH,
        DISPATCH_ROW,
        '«| 1 | inventory | PROJECTS/inventory/LONGRUNNER.md | collect | active»',
      ),
    ],
    finds: ['error record-shape'],
    fixed: [
      DISPATCH,
      '| 1 | inventory | PROJECTS/inventory/LONGRUNNER.md | collect | active | - | - |\n',
    ],
  },
  {
    rule: 'record-shape',
    name: 'a row with a cell too many',
    edits: [
      replace(
        DISPATCH,
        DISPATCH_ROW,
        '| 1 | inventory | PROJECTS/inventory/LONGRUNNER.md | collect | active | - | - | «b» |',
      ),
    ],
    finds: ['error record-shape'],
    says: '\\|',
  },
  {
    rule: 'record-shape',
    name: 'a protected row is not filled by a program',
    edits: [
      replace(
        'MODEL-TIERS.md',
        '| heavy | local-model | qwen3:32b | 45 | 1000000 | 5 | 2 | - |',
        '«| heavy | local-model | qwen3:32b | 45 | 1000000 | 5 |»',
      ),
    ],
    finds: ['error record-shape', 'warning heavy-without-limit @ *'],
  },
  {
    rule: 'record-shape',
    name: 'front matter that gives a name twice',
    edits: [
      replace(
        LONGRUNNER,
        'phase:\n  name: collect\n',
        'phase:\n  name: collect\n  «name»: review\n',
      ),
    ],
    finds: ['error record-shape'],
    says: 'twice',
  },
  {
    rule: 'record-shape',
    name: 'front matter that is not YAML',
    edits: [replace(LONGRUNNER, '  tools: []\n  requires: []', '  tools: «»[\n  requires: []')],
    finds: ['error record-shape'],
  },
  {
    rule: 'record-shape',
    name: 'no front matter at all',
    edits: [file(LONGRUNNER, '«»# Inventory\n')],
    finds: ['error record-shape'],
  },
  {
    rule: 'record-shape',
    name: 'an empty file',
    edits: [file(LONGRUNNER, '«»')],
    finds: ['error record-shape'],
  },
  {
    rule: 'record-shape',
    name: 'a section that gives an item twice',
    edits: [
      replace(
        PHASES,
        '- **Objective:** Say of each package what follows from its licence.',
        '- **Objective:** Say of each package what follows from its licence.\n- **Objective:** «Or not.»',
      ),
    ],
    finds: ['error record-shape'],
  },
  {
    rule: 'record-shape',
    name: 'a block of a section that swallows the next one',
    edits: [
      replace(PHASES, '```yaml successors\n- review\n```\n', '«```yaml successors»\n- review\n'),
    ],
    finds: [
      'error record-shape',
      'error phase-graph @ *',
      'warning phase-graph @ *',
      'warning endless-phase @ *',
    ],
  },
  {
    rule: 'record-shape',
    name: 'a pipe in a cell, escaped',
    edits: [
      replace(DISPATCH, '| - |', '| Left \\| right? |'),
      replace('NOTIFICATIONS.md', INBOX, notification()),
    ],
    finds: [],
  },

  // near-miss
  {
    rule: 'near-miss',
    name: 'an answer that is not a field',
    edits: [replace('NOTIFICATIONS.md', INBOX, `${notification()}\n«__Answer:__ yes»\n`)],
    finds: ['warning near-miss'],
    says: 'not read as the field answer',
  },
  {
    rule: 'near-miss',
    name: 'a required field that is not one',
    edits: [
      replace(
        PHASES,
        '- **Objective:** Say of each package what follows from its licence.',
        '«- Objective: Say of each package what follows from its licence.»',
      ),
    ],
    finds: ['error near-miss'],
  },
  {
    rule: 'near-miss',
    name: 'a heading in small letters',
    edits: [
      append(
        'orchestration-os/OPS-FAILURE-MODES.md',
        failureMode('FM-901').replace('## FM-901 Something fails', '«## fm-901 Something fails»'),
      ),
    ],
    finds: ['error near-miss'],
  },
  {
    rule: 'near-miss',
    name: 'a block without the name of its field',
    edits: [replace(PHASES, '```yaml successors\n- review', '«```yaml»\n- review')],
    finds: ['warning near-miss', 'error phase-graph @ *', 'warning phase-graph @ *'],
    says: 'successors',
  },
  {
    rule: 'near-miss',
    name: 'words that are also the name of a field, in text',
    edits: [
      replace(
        'NOTIFICATIONS.md',
        INBOX,
        `${notification({ status: 'done', answer: 'Answer: later' })}\nStatus: we see.\n`,
      ),
    ],
    finds: [],
  },

  // conflict-marker
  {
    rule: 'conflict-marker',
    name: 'a conflict in a page with records, and nothing else about it',
    edits: [
      replace(
        DISPATCH,
        DISPATCH_ROW,
        `«<<<<<<< HEAD\n${DISPATCH_ROW}\n=======\n${DISPATCH_ROW.replace('active', 'paused')}\n>>>>>>> laptop»`,
      ),
    ],
    finds: ['error conflict-marker'],
    says: 'both versions',
  },
  {
    rule: 'conflict-marker',
    name: 'two conflicts, one with the version of before, one marker alone',
    edits: [
      file(
        'notes/plan.md',
        '# Plan\n\n«<<<<<<< HEAD\na\n||||||| merged\nb\n=======\nc\n>>>>>>> x»\n\nText.\n\n«<<<<<<< HEAD»\n',
      ),
    ],
    finds: ['error conflict-marker', 'error conflict-marker'],
  },
  {
    rule: 'conflict-marker',
    name: 'an underlined heading, and an example in a fence',
    edits: [
      file(
        'notes/git.md',
        'Git\n=======\n\n```text\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n```\n',
      ),
    ],
    finds: [],
  },

  // odd-character
  {
    rule: 'odd-character',
    name: 'an invisible character in a status',
    edits: [replace(DISPATCH, '| active |', '| active«\u200b» |')],
    finds: ['error odd-character', 'error field-contract @ *'],
    says: 'U+200B ZERO WIDTH SPACE',
  },
  {
    rule: 'odd-character',
    name: 'a Cyrillic letter in a key, a no-break space behind the mark of a heading',
    edits: [
      replace('MODEL-TIERS.md', '| heavy |', '| he«\u0430»vy |'),
      replace('SOUL.md', '## What the work is for', '##«\u00a0»What the work is for'),
    ],
    finds: ['error odd-character', 'error odd-character', 'error tier-runner @ *'],
    says: 'a Cyrillic letter',
  },
  {
    rule: 'odd-character',
    name: 'quotation marks of an editor in a condition',
    edits: [
      replace(
        LONGRUNNER,
        '  stop_condition: []',
        '  stop_condition:\n    - file_exists: «“»outputs/a.md«”»',
      ),
    ],
    finds: ['warning odd-character', 'warning odd-character'],
    says: 'type " instead',
  },
  {
    rule: 'odd-character',
    name: 'a NULL in a note',
    edits: [file('notes/plan.md', '# Plan\n\nOne«\0» two\n')],
    finds: ['error odd-character'],
    says: 'U+0000 NULL',
  },
  {
    rule: 'odd-character',
    name: 'in prose: quotation marks, emoji, Arabic, Russian; a byte order mark',
    edits: [
      file('notes/plan.md', '\ufeff# Plan “A”\n\n👩‍🌾 — مرحبا‏، привет, naïve\u00a0x\n'),
      replace(LONGRUNNER, 'mission: Know what is', 'mission: Know “what” is'),
    ],
    finds: [],
  },

  // sync-copy
  {
    rule: 'sync-copy',
    name: 'copies of many tools',
    edits: [
      file('ACTIVE-PROJECTS 2.md', '# A\n'),
      file("MEMORY (Bo's conflicted copy 2026-11-20).md", '# A\n'),
      file('orchestration-os/RUNNERS.sync-conflict-20261120-030000-ABCDEFG.md', '# A\n'),
      file('SOUL copy.md', '# A\n'),
    ],
    finds: [
      'warning sync-copy @ ACTIVE-PROJECTS 2.md:1:1-1',
      "warning sync-copy @ MEMORY (Bo's conflicted copy 2026-11-20).md:1:1-1",
      'warning sync-copy @ SOUL copy.md:1:1-1',
      'error sync-copy @ orchestration-os/RUNNERS.sync-conflict-20261120-030000-ABCDEFG.md:1:1-1',
    ],
  },
  {
    rule: 'sync-copy',
    name: 'numbers and words in names',
    edits: [
      file('notes/plan 2.md', '# A\n'),
      file('notes/copy.md', '# A\n'),
      file('notes/conflict.md', '# A\n'),
      file('notes/carbon copy.md', '# A\n'),
    ],
    finds: [],
  },

  // write-scope
  {
    rule: 'write-scope',
    name: 'what can never be allowed',
    edits: [
      replace(
        LONGRUNNER,
        '    - outputs/**',
        '    - outputs/**\n    - «/SOUL.md»\n    - «/audit/AUDIT-LOG.md»\n    - «check.mjs»\n    - «LONGRUNNER.md»\n    - «../../../elsewhere/**»\n    - «/home/bo/notes.md»\n    - «~/notes.md»',
      ),
    ],
    finds: Array(7).fill('error write-scope'),
    says: 'PROTECTED',
  },
  {
    rule: 'write-scope',
    name: 'what no pre-approval allows yet',
    edits: [replace(LONGRUNNER, '    - outputs/**', '    - «../garden/outputs/**»')],
    finds: ['warning write-scope'],
    says: 'pre-approval',
  },
  {
    rule: 'write-scope',
    name: 'what a pre-approval allows',
    edits: [
      replace(LONGRUNNER, '    - outputs/**', '    - ../garden/outputs/**'),
      append(PREAPPROVALS, approval('- «PROJECTS/garden/**»', 'phase:review')),
    ],
    finds: ['warning preapproval'],
  },
  {
    rule: 'write-scope',
    name: 'what a pre-approval covers only in part, or excludes',
    edits: [
      replace(
        LONGRUNNER,
        '    - outputs/**',
        '    - «../garden/**»\n    - «../garden/outputs/private/**»',
      ),
      append(PREAPPROVALS, approval('- «PROJECTS/garden/outputs/**»', '"**/private/**"')),
    ],
    finds: ['warning write-scope', 'warning write-scope', 'warning preapproval'],
    says: 'PA-009 scope: PROJECTS/garden/** is not within PROJECTS/garden/outputs/**',
  },
  {
    rule: 'write-scope',
    name: 'what two pre-approvals allow in part, of which a pass uses one',
    edits: [
      replace(
        LONGRUNNER,
        '    - outputs/**',
        '    - «../garden/outputs/**»\n    - «../garden/notes/**»',
      ),
      append(PREAPPROVALS, approval('- «PROJECTS/garden/outputs/**»', 'phase:review')),
      append(PREAPPROVALS, approval('- «PROJECTS/garden/notes/**»', 'phase:review', 'PA-010')),
    ],
    finds: [
      'warning write-scope',
      'warning write-scope',
      'warning preapproval',
      'warning preapproval',
    ],
    says: 'PA-010 scope: PROJECTS/garden/outputs/** is not within PROJECTS/garden/notes/**',
  },
  {
    rule: 'write-scope',
    name: 'globs inside the project',
    edits: [
      replace(
        LONGRUNNER,
        '    - outputs/**',
        '    - outputs/**\n    - notes/*.md\n    - ./drafts/a.md',
      ),
    ],
    finds: [],
  },

  // runner-program
  {
    rule: 'runner-program',
    name: 'a program that is not there',
    edits: [
      remove('PROJECTS/inventory/pass.mjs'),
      replace(LONGRUNNER, '  runner: script', '  runner: «script»'),
    ],
    finds: ['error runner-program'],
    says: 'PROJECTS/inventory/pass.mjs',
  },
  {
    rule: 'runner-program',
    name: 'a runner without a program of the project',
    edits: [
      remove('PROJECTS/inventory/pass.mjs'),
      replace(LONGRUNNER, '  runner: script', '  runner: local-model'),
    ],
    finds: [],
  },

  // probe
  {
    rule: 'probe',
    name: 'a pipe, and another program',
    edits: [
      replace(TOOLS, '| jq --version |', '| «jq --version \\| cat» |'),
      replace(TOOLS, '| git --version |', '| «git --version && true» |'),
    ],
    finds: ['error probe', 'error probe'],
  },
  {
    rule: 'probe',
    name: 'a pipe in quotation marks',
    edits: [replace(TOOLS, '| jq --version |', "| jq -n '1 \\| 2' |")],
    finds: [],
  },

  // time-zone
  {
    rule: 'time-zone',
    name: 'a city with a letter less',
    edits: [replace('USER.md', 'zone:** UTC', 'zone:** «Europe/Berln»')],
    finds: ['error time-zone'],
    says: 'Europe/Berlin',
  },
  {
    rule: 'time-zone',
    name: 'a city',
    edits: [replace('USER.md', 'zone:** UTC', 'zone:** Asia/Kolkata')],
    finds: [],
  },

  // prompt-command
  {
    rule: 'prompt-command',
    name: 'a bundle that is not there',
    edits: [append(EXIT_CODES, '\nThen `«nocturne bundle pass_recrd»`.\n')],
    finds: ['error prompt-command', 'error prompt-composed @ *', 'error prompt-composed @ *'],
    says: 'pass_record',
  },
  {
    rule: 'prompt-command',
    name: 'a bundle',
    edits: [],
    finds: [],
  },

  // locator-ambiguous
  {
    rule: 'locator-ambiguous',
    name: 'a heading of records that stands twice',
    edits: [append(DISPATCH, '\n«## Projects»\n\n| Priority | Slug |\n|---|---|\n')],
    finds: ['error locator-ambiguous'],
  },
  {
    rule: 'locator-ambiguous',
    name: 'the same words at another depth',
    edits: [append(DISPATCH, '\n### Projects\n\nNothing.\n')],
    finds: [],
  },

  // field-contract
  {
    rule: 'field-contract',
    name: 'a status that is not one of the words',
    edits: [replace(DISPATCH, '| active |', '| «aktive» |')],
    finds: ['error field-contract'],
    says: 'active, blocked',
  },
  {
    rule: 'field-contract',
    name: 'a status in capitals',
    edits: [replace(DISPATCH, '| active |', '| «Active» |')],
    finds: ['error field-contract'],
    fixed: [DISPATCH, DISPATCH_ROW],
  },
  {
    rule: 'field-contract',
    name: 'a quoted word in front matter, in capitals',
    edits: [replace(LONGRUNNER, '  quality: ADEQUATE', '  quality: «"adequate"»')],
    finds: ['error field-contract'],
    fixed: [LONGRUNNER, '  quality: ADEQUATE\n'],
  },
  {
    rule: 'field-contract',
    name: 'a number out of its range',
    edits: [replace(LONGRUNNER, '  timeout_days: 3', '  timeout_days: «31»')],
    finds: ['error field-contract'],
  },
  {
    rule: 'field-contract',
    name: 'a time without its zone',
    edits: [
      replace(LONGRUNNER, '  started: 2026-11-18T09:00:00Z', '  started: «2026-11-18T09:00:00»'),
    ],
    finds: ['error field-contract'],
  },
  {
    rule: 'field-contract',
    name: 'a required field that is empty',
    edits: [
      replace(
        LONGRUNNER,
        'mission: Know what is installed, under which licence, and what could be removed.',
        'mission: «null»',
      ),
    ],
    finds: ['error field-contract'],
  },
  {
    rule: 'field-contract',
    name: 'a required field that is not there: the record is shown',
    edits: [
      replace(
        LONGRUNNER,
        '---\nmission: Know what is installed, under which licence, and what could be removed.\n',
        '«---»\n',
      ),
    ],
    finds: ['error field-contract'],
  },
  {
    rule: 'field-contract',
    name: 'an item of a list',
    edits: [
      replace(
        LONGRUNNER,
        '  outputs:\n    - PROJECTS/inventory/outputs/inventory-2026-11-20.md\n',
        '  outputs:\n    - «../../etc/passwd»\n',
      ),
    ],
    finds: ['error field-contract', `warning failure-mode @ ${LONGRUNNER}:1:1-4`],
  },
  {
    rule: 'field-contract',
    name: 'two active projects with one priority',
    edits: [
      replace(
        DISPATCH,
        DISPATCH_ROW,
        `${DISPATCH_ROW}\n| «1» | garden | PROJECTS/garden/LONGRUNNER.md | collect | active | - | - |`,
      ),
      copyProject('garden'),
    ],
    finds: ['error field-contract'],
  },
  {
    rule: 'field-contract',
    name: 'one priority, but only one of them is active',
    edits: [
      replace(
        DISPATCH,
        DISPATCH_ROW,
        `${DISPATCH_ROW}\n| 1 | garden | PROJECTS/garden/LONGRUNNER.md | collect | paused | - | - |`,
      ),
      copyProject('garden'),
    ],
    finds: [],
  },
  {
    rule: 'field-contract',
    name: 'a name next to one of R2',
    edits: [replace(LONGRUNNER, '  successor: review', '  succesor: «review»')],
    finds: ['warning field-contract'],
    says: 'phase.successor',
  },
  {
    rule: 'field-contract',
    name: 'a required column that is not there',
    edits: [
      replace(
        DISPATCH,
        '| Priority | Slug | Longrunner | Phase | Status | Last worker pass | Escalation |',
        '«| Priority | Slug | Longrunner | Phase | Staus | Last worker pass | Escalation |»',
      ),
      replace(DISPATCH, '| active |', '| «active» |'),
    ],
    finds: ['error field-contract', 'warning field-contract'],
  },
  {
    rule: 'field-contract',
    name: 'a field of a section',
    edits: [replace('NOTIFICATIONS.md', INBOX, notification({ status: '«opened»' }))],
    finds: ['error field-contract'],
  },
  {
    rule: 'field-contract',
    name: 'columns in CRLF files after wide letters',
    edits: [
      file(
        'memory/2026-11-20.md',
        '# Memory\r\n\r\n## RUN-20261120-001 𝒳 done\r\n\r\n- **Time:** «yesterday»\r\n- **Result:** ok\r\n',
      ),
    ],
    finds: ['error field-contract'],
  },

  // key-unique
  {
    rule: 'key-unique',
    name: 'two sections with one id',
    edits: [append('orchestration-os/OPS-FAILURE-MODES.md', failureMode('«FM-001»'))],
    finds: ['error key-unique'],
    says: 'FM-001',
  },
  {
    rule: 'key-unique',
    name: 'two rows with one key',
    edits: [
      replace(
        DISPATCH,
        DISPATCH_ROW,
        `${DISPATCH_ROW}\n| 2 | «inventory» | PROJECTS/inventory/LONGRUNNER.md | collect | paused | - | - |`,
      ),
    ],
    finds: ['error key-unique'],
  },
  {
    rule: 'key-unique',
    name: 'the next free id',
    edits: [append('orchestration-os/OPS-FAILURE-MODES.md', failureMode('FM-901'))],
    finds: [],
  },
  {
    rule: 'key-unique',
    name: 'the same phase in two projects',
    edits: [
      copyProject('garden'),
      replace(
        DISPATCH,
        DISPATCH_ROW,
        `${DISPATCH_ROW}\n| 2 | garden | PROJECTS/garden/LONGRUNNER.md | collect | active | - | - |`,
      ),
    ],
    finds: [],
  },

  // reference-unresolved
  {
    rule: 'reference-unresolved',
    name: 'a runner that nobody defined',
    edits: [replace(LONGRUNNER, '  runner: script', '  runner: «skript»')],
    finds: ['error reference-unresolved'],
    says: 'did you mean "script"?',
  },
  {
    rule: 'reference-unresolved',
    name: 'a row for a project without a folder',
    edits: [
      replace(
        DISPATCH,
        DISPATCH_ROW,
        `${DISPATCH_ROW}\n| 2 | «inventry» | PROJECTS/inventory/LONGRUNNER.md | collect | paused | - | - |`,
      ),
    ],
    finds: ['error reference-unresolved', 'error dispatch-longrunner-elsewhere @ *'],
  },
  {
    rule: 'reference-unresolved',
    name: 'one item of a list',
    edits: [replace(LONGRUNNER, '  tools: []', '  tools: [git, «nonesuch»]')],
    finds: ['error reference-unresolved'],
    says: 'nonesuch',
  },
  {
    rule: 'reference-unresolved',
    name: 'another runner',
    edits: [replace(LONGRUNNER, '  runner: script', '  runner: local-model')],
    finds: [],
  },

  // route-ambiguous
  {
    rule: 'route-ambiguous',
    name: 'two patterns that fit equally well',
    edits: [
      file('notes/plan.md', '# Plan\n'),
      replace(
        'REGISTRY.md',
        R3_ROW,
        `${R3_ROW}\n| \`notes/pl*.md\` | STANDARD | - | - |\n| «\`notes/*an.md\`» | PROTECTED | - | - |`,
      ),
    ],
    finds: ['error route-ambiguous'],
    says: 'notes/plan.md',
  },
  {
    rule: 'route-ambiguous',
    name: 'a third row settles it',
    edits: [
      file('notes/plan.md', '# Plan\n'),
      replace(
        'REGISTRY.md',
        R3_ROW,
        `${R3_ROW}\n| \`notes/pl*.md\` | STANDARD | - | - |\n| \`notes/*an.md\` | PROTECTED | - | - |\n| \`notes/plan.md\` | STANDARD | - | - |`,
      ),
    ],
    finds: [],
  },

  // edge-unresolved
  {
    rule: 'edge-unresolved',
    name: 'a bundle that R5 does not declare',
    edits: [
      replace(
        'REGISTRY.md',
        R4_ROW,
        `${R4_ROW}\n| «\`BUNDLE:pass_recrd\`» | READS | \`OBJECT:RUN\` | - |`,
      ),
    ],
    finds: ['error edge-unresolved'],
    says: 'pass_record',
  },
  {
    rule: 'edge-unresolved',
    name: 'an object that R1 does not declare',
    edits: [
      replace(
        'REGISTRY.md',
        R4_ROW,
        `${R4_ROW}\n| \`BUNDLE:pass_record\` | READS | «\`OBJECT:RUNS\`» | - |`,
      ),
    ],
    finds: ['error edge-unresolved'],
  },
  {
    rule: 'edge-unresolved',
    name: 'a file that is not there',
    edits: [
      replace('REGISTRY.md', R4_ROW, `${R4_ROW}\n| \`SOUL.md\` | READS | «\`USR.md\`» | - |`),
    ],
    finds: ['warning edge-unresolved'],
    says: 'USER.md',
  },
  {
    rule: 'edge-unresolved',
    name: 'a pattern in a place of which nobody speaks',
    edits: [
      replace('REGISTRY.md', R4_ROW, `${R4_ROW}\n| \`SOUL.md\` | READS | «\`attic/*.md\`» | - |`),
    ],
    finds: ['info edge-unresolved'],
  },
  {
    rule: 'edge-unresolved',
    name: 'a pattern in a place that a route knows',
    edits: [
      replace('REGISTRY.md', R4_ROW, `${R4_ROW}\n| \`SOUL.md\` | READS | \`memory/*.md\` | - |`),
    ],
    finds: [],
  },

  // trigger-cycle
  {
    rule: 'trigger-cycle',
    name: 'a bundle that leads back to itself',
    edits: [
      replace(
        'REGISTRY.md',
        R4_ROW,
        `${R4_ROW}\n| \`BUNDLE:phase_transition\` | «TRIGGERS» | \`BUNDLE:pass_record\` | - |`,
      ),
    ],
    finds: ['error trigger-cycle'],
    says: 'BUNDLE:pass_record → BUNDLE:phase_transition → BUNDLE:pass_record',
  },
  {
    rule: 'trigger-cycle',
    name: 'a relation instead',
    edits: [
      replace(
        'REGISTRY.md',
        R4_ROW,
        `${R4_ROW}\n| \`BUNDLE:phase_transition\` | REFERENCES | \`BUNDLE:pass_record\` | - |`,
      ),
    ],
    finds: [],
  },

  // not-utf8
  {
    rule: 'not-utf8',
    name: 'a letter in Latin-1',
    edits: [file('notes/menu.md', { bytes: Buffer.from('# Menu\n\nOne café\n', 'latin1') })],
    finds: ['error not-utf8 @ notes/menu.md:3:8-9'],
    says: 'E9 at offset 15',
  },
  {
    rule: 'not-utf8',
    name: 'the file of an object',
    edits: [
      file('orchestration-os/NOTIFICATIONS-ARCHIVE.md', {
        bytes: Buffer.from([0xef, 0xbb, 0xbf, 0x41, 0xc0, 0x80]),
      }),
    ],
    finds: ['error not-utf8 @ orchestration-os/NOTIFICATIONS-ARCHIVE.md:1:2-3'],
  },
  {
    rule: 'not-utf8',
    name: 'UTF-8 with a byte order mark, and a picture',
    edits: [
      file('notes/menu.md', '\ufeff# Menu\n\nOne café\n'),
      file('notes/menu.png', { bytes: Buffer.from([0x89, 0x50, 0xff]) }),
      file('notes/core', { bytes: Buffer.from([0x7f, 0, 0xff]) }),
    ],
    finds: [],
  },

  // name-case
  {
    rule: 'name-case',
    name: 'two files',
    edits: [file('notes/Report.md', '# A\n'), file('notes/report.md', '# B\n')],
    finds: ['warning name-case @ notes/report.md:1:1-1'],
  },
  {
    rule: 'name-case',
    name: 'two folders, said once',
    edits: [
      file('notes/Old/a.md', '# A\n'),
      file('notes/old/b.md', '# B\n'),
      file('notes/old/c.md', '# C\n'),
    ],
    finds: ['warning name-case @ notes/old/b.md:1:1-1'],
  },
  {
    rule: 'name-case',
    name: 'letters composed in two ways',
    edits: [file('notes/caf\u00e9.md', '# A\n'), file('notes/cafe\u0301.md', '# B\n')],
    finds: ['warning name-case @ notes/caf\u00e9.md:1:1-1'],
  },
  {
    rule: 'name-case',
    name: 'beside a protected file',
    edits: [file('Soul.md', '# Soul\n')],
    finds: ['error name-case @ Soul.md:1:1-1'],
  },
  {
    rule: 'name-case',
    name: 'in code, which is not looked into otherwise',
    edits: [file('src/Notes.md', 'TODO: [a](gone.md) {{x}}\n'), file('src/notes.md', '# B\n')],
    finds: ['warning name-case @ src/notes.md:1:1-1'],
  },
  {
    rule: 'name-case',
    name: 'one name in two folders',
    edits: [file('notes/a/x.md', '# A\n'), file('notes/b/X.md', '# B\n')],
    finds: [],
  },

  // symlink-escape
  {
    rule: 'symlink-escape',
    name: 'a link to a home folder',
    edits: [file('PROJECTS/inventory/outputs/keys', { link: '/home/ada/.ssh' })],
    finds: ['error symlink-escape @ PROJECTS/inventory/outputs/keys:1:1-1'],
  },
  {
    rule: 'symlink-escape',
    name: 'a relative link, by way of another',
    edits: [file('notes/here', { link: '..' }), file('notes/there', { link: 'here/../secrets' })],
    finds: ['error symlink-escape @ notes/there:1:1-1'],
  },
  {
    rule: 'symlink-escape',
    name: 'links that stay inside',
    edits: [
      file('notes/soul', { link: '../SOUL.md' }),
      file('notes/root', { link: '/workspace/memory' }),
      file('notes/loop', { link: 'loop' }),
    ],
    finds: [],
  },

  // link-broken
  {
    rule: 'link-broken',
    name: 'a page that was renamed',
    edits: [file('notes/a.md', 'See [safety](«../orchestration-os/OPS-SAFETY.md»).\n')],
    finds: ['warning link-broken'],
  },
  {
    rule: 'link-broken',
    name: 'a page in another folder',
    edits: [NOTES_LINK, file('notes/a.md', 'See [safety](«SOUL.md#domain»), and more.\n')],
    finds: ['warning link-broken'],
    fixed: ['notes/a.md', 'See [safety](../SOUL.md#domain), and more.\n'],
  },
  {
    rule: 'link-broken',
    name: 'a heading that is not there',
    edits: [
      NOTES_LINK,
      file(
        'notes/a.md',
        '# A\n\nSee [limits](«../SOUL.md#lines-that-are-not-crosed») and [below](«#nothing»).\n',
      ),
    ],
    finds: ['warning link-broken', 'warning link-broken'],
    says: '#lines-that-are-not-crossed',
  },
  {
    rule: 'link-broken',
    name: 'out of the workspace',
    edits: [file('notes/a.md', 'See [there](«../../elsewhere.md»).\n')],
    finds: ['warning link-broken'],
  },
  {
    rule: 'link-broken',
    name: 'files, folders, headings, addresses, and code',
    edits: [
      NOTES_LINK,
      file(
        'notes/a.md',
        '# A and B\n\n[f](../SOUL.md) [d](../memory/) [h](../SOUL.md#domain) [own](#a-and-b) [w](https://example.org/x.md) [abs](/SOUL.md)\n\n`[c](gone.md)`\n\n```md\n[c](gone.md)\n```\n',
      ),
    ],
    finds: [],
  },

  // placeholder
  {
    rule: 'placeholder',
    name: 'names in braces and notes to oneself',
    edits: [
      file(
        'notes/a.md',
        'The owner is «{OWNER_NAME}», born «{{when}}» in «<your town>». «TODO»: say more.\n',
      ),
    ],
    finds: [
      'warning placeholder',
      'warning placeholder',
      'warning placeholder',
      'warning placeholder',
    ],
  },
  {
    rule: 'placeholder',
    name: 'in front matter',
    edits: [
      replace(
        LONGRUNNER,
        'mission: Know what is installed, under which licence, and what could be removed.',
        'mission: «TBD»',
      ),
    ],
    finds: ['warning placeholder'],
  },
  {
    rule: 'placeholder',
    name: 'a value, a table cell, an item of a list',
    edits: [
      file(
        'notes/a.md',
        '- «TODO» write this\n- Price: «TBD»\n\n| who | when |\n|---|---|\n| Ada | «TBD» |\n\nThe date is «TBD».\n',
      ),
    ],
    finds: [
      'warning placeholder',
      'warning placeholder',
      'warning placeholder',
      'warning placeholder',
    ],
  },
  {
    rule: 'placeholder',
    name: 'text about notes, variables of a shell, and templates',
    edits: [
      file(
        'notes/a.md',
        '# TODO\n\nThe TODO list is in TODO.md; look for TODO and FIXME comments. Set ${NODE_ID} and ${{ x }}.\n',
      ),
      file('notes/templates/day.md', '# {{date}}\n\nBy <your name>. TODO\n'),
      file('notes/letter-template.md', 'Dear {NAME}\n'),
    ],
    finds: [],
  },
  {
    rule: 'placeholder',
    name: 'examples, comments, outputs and ordinary words',
    edits: [
      file(
        'notes/a.md',
        'Write `{OWNER_NAME}`; a todo list for {reason} is fine.\n\n<!-- TODO later -->\n\n```text\nTODO\n```\n',
      ),
      file('PROJECTS/inventory/outputs/b.md', 'TODO\n'),
    ],
    finds: [],
  },

  // domain-anchor
  {
    rule: 'domain-anchor',
    name: 'in a workspace that nobody owns',
    edits: [
      replace(
        'SOUL.md',
        '- **Domain anchor:** Keeping the software of a small clinic current and documented.',
        '- **Domain anchor:** «-»',
      ),
    ],
    finds: ['info domain-anchor'],
  },
  {
    rule: 'domain-anchor',
    name: 'in a workspace with an owner',
    edits: [
      replace(
        'SOUL.md',
        '- **Domain anchor:** Keeping the software of a small clinic current and documented.',
        '- **Domain anchor:** «-»',
      ),
      replace('INTEGRITY-MANIFEST.md', 'signature: null', 'signature: c2lnbmVk'),
    ],
    finds: ['warning domain-anchor'],
  },
  {
    rule: 'domain-anchor',
    name: 'the line is not there at all',
    edits: [
      replace(
        'SOUL.md',
        '## Domain\n\n- **Domain anchor:** Keeping the software of a small clinic current and documented.\n',
        '## «Domain»\n\n',
      ),
    ],
    finds: ['info domain-anchor'],
  },
  {
    rule: 'domain-anchor',
    name: 'another sentence',
    edits: [replace('SOUL.md', 'small clinic', 'school')],
    finds: [],
  },

  // prompt-composed
  {
    rule: 'prompt-composed',
    name: 'a composed prompt that was edited itself',
    edits: [
      replace(
        WORKER_PROMPT,
        'If the exit code is 0 and the output says that there is nothing to do, say so and stop.',
        '«If the exit code is 0, look for something to do.»',
      ),
    ],
    finds: ['error prompt-composed'],
    says: 'edit the fragment instead',
  },
  {
    rule: 'prompt-composed',
    name: 'a line added at its end',
    edits: [append(WORKER_PROMPT, '«Work as long as you like.»')],
    finds: ['error prompt-composed'],
    says: 'was edited: this line is not from its fragments',
  },
  {
    rule: 'prompt-composed',
    name: 'a fragment that was edited and not composed, in both pages that have it',
    edits: [
      replace(WORKER_PROMPT, EXIT_CODES, `«${EXIT_CODES}»`),
      replace(MANAGER_PROMPT, EXIT_CODES, `«${EXIT_CODES}»`),
      replace(EXIT_CODES, 'Look at the exit code before anything else', 'Look at the exit code'),
    ],
    finds: ['error prompt-composed', 'error prompt-composed'],
    says: 'has changed since',
  },
  {
    rule: 'prompt-composed',
    name: 'a page without a fragment that the recipe names',
    edits: [
      replace(RECIPES, PART_END, `| ${WORKER_PROMPT} | 75 | ${EXAMPLES} | - |\n${PART_END}`),
      replace(
        WORKER_PROMPT,
        'orchestration-os/prompt-fragments/report-worker.md',
        '«orchestration-os/prompt-fragments/report-worker.md»',
      ),
    ],
    finds: ['error prompt-composed'],
    says: 'lacks a fragment',
  },
  {
    rule: 'prompt-composed',
    name: 'a page with one more than the recipe names',
    edits: [
      replace(RECIPES, PART_END, ''),
      replace(
        WORKER_PROMPT,
        'orchestration-os/prompt-fragments/end.md',
        '«orchestration-os/prompt-fragments/end.md»',
      ),
    ],
    finds: ['error prompt-composed', 'warning prompt-composed @ *'],
    says: 'has a fragment that',
  },
  {
    rule: 'prompt-composed',
    name: 'a page that does not name its fragments',
    edits: [file(MANAGER_PROMPT, '# Manager prompt\n')],
    finds: [`error prompt-composed @ ${MANAGER_PROMPT}:1:1-1`],
  },
  {
    rule: 'prompt-composed',
    name: 'hashes that were made to fit',
    edits: [
      replace(WORKER_PROMPT, 'composed_by: nocturne prompts compose', 'composed_by: somebody'),
    ],
    finds: [`error prompt-composed @ ${WORKER_PROMPT}:1:1-1`],
  },
  {
    rule: 'prompt-composed',
    name: 'a fragment that is not there',
    edits: [
      replace(
        RECIPES,
        PART_END,
        `| ${WORKER_PROMPT} | 95 | «orchestration-os/prompt-fragments/none.md» | - |\n${PART_END}`,
      ),
    ],
    finds: ['error prompt-composed'],
    says: 'there is no fragment',
  },
  {
    rule: 'prompt-composed',
    name: 'a fragment that a pass may write',
    edits: [
      file('notes/more.md', 'More.\n'),
      replace(RECIPES, PART_END, `| ${WORKER_PROMPT} | 95 | «notes/more.md» | - |\n${PART_END}`),
    ],
    finds: ['error prompt-composed'],
    says: 'is not protected',
  },
  {
    rule: 'prompt-composed',
    name: 'a fragment in no page',
    edits: [file('orchestration-os/prompt-fragments/lost.md', 'Lost.\n')],
    finds: ['warning prompt-composed @ orchestration-os/prompt-fragments/lost.md:1:1-1'],
  },
  {
    rule: 'prompt-composed',
    name: 'a fragment of a module that is off',
    edits: [
      replace(RECIPES, PART_END, `| ${WORKER_PROMPT} | 75 | ${EXAMPLES} | improve |\n${PART_END}`),
    ],
    finds: [],
  },
  // host-size
  {
    rule: 'host-size',
    name: 'a file that is cut',
    edits: [
      file(
        'MEMORY.md',
        `# Memory\n\n${'x'.repeat(19_000)}\n${'y'.repeat(989)}«${'z'.repeat(2_000)}\n»`,
      ),
    ],
    finds: ['error host-size'],
    says: '22001 characters',
  },
  {
    rule: 'host-size',
    name: 'a file that is nearly full',
    edits: [
      file('USER.md', `# User\n\n## Owner\n\n- **Time zone:** UTC\n\n${'x'.repeat(3_500)}\n`),
    ],
    finds: ['warning host-size @ USER.md:1:1-1'],
  },
  {
    rule: 'host-size',
    name: 'all together',
    edits: [
      file('MEMORY.md', 'm'.repeat(15_900)),
      file('IDENTITY.md', 'i'.repeat(15_800)),
      file('BOOTSTRAP.md', 'b'.repeat(15_700)),
      append('AGENTS.md', 'a'.repeat(9_000)),
    ],
    finds: ['error host-size @ MEMORY.md:1:1-1'],
  },
  {
    rule: 'host-size',
    name: 'a page that no host reads any more',
    edits: [file('TOOLS.md', '# Tools\n')],
    finds: ['warning host-size @ TOOLS.md:1:1-1'],
  },
  {
    rule: 'host-size',
    name: 'a long page that no host injects',
    edits: [file('notes/long.md', 'x'.repeat(30_000))],
    finds: [],
  },

  // secret
  {
    rule: 'secret',
    name: 'a key in notes',
    edits: [file('notes/a.md', `The key is «${fakeKey()}» as always.\n`)],
    finds: ['error secret'],
    says: 'a secret of the kind',
  },
  {
    rule: 'secret',
    name: 'a key in a field that another rule quotes',
    edits: [replace(LONGRUNNER, '  runner: script', `  runner: «${fakeKey()}»`)],
    finds: ['error reference-unresolved', `error secret @ ${LONGRUNNER}:25:11-51`],
    says: '[secret]',
  },
  {
    rule: 'secret',
    name: 'a key in a file without an extension',
    edits: [
      file('PROJECTS/inventory/.env', `«TOKEN=${fakeKey()}»\n`.replace('«TOKEN=', 'TOKEN=«')),
    ],
    finds: ['error secret'],
  },
  {
    rule: 'secret',
    name: 'the name of a variable',
    edits: [file('notes/a.md', 'The key is in AWS_ACCESS_KEY_ID.\n')],
    finds: [],
  },

  // orphan-project
  {
    rule: 'orphan-project',
    name: 'a project without a row',
    edits: [copyProject('garden')],
    finds: ['warning orphan-project @ PROJECTS/garden/LONGRUNNER.md:1:1-1'],
  },
  {
    rule: 'orphan-project',
    name: 'a folder that says nothing',
    edits: [file('PROJECTS/attic/a.md', '# A\n'), file('PROJECTS/attic/b.md', '# B\n')],
    finds: ['warning orphan-project @ PROJECTS/attic/a.md:1:1-1'],
  },
  {
    rule: 'orphan-project',
    name: 'a draft',
    edits: [
      file(
        'PROJECTS/attic/LONGRUNNER-DRAFT.md',
        '---\nmission: Tidy the attic.\nphase:\n  name: look\n  objective: Look into it.\n---\n',
      ),
    ],
    finds: [],
  },

  // objective
  {
    rule: 'objective',
    name: 'nothing to do, and nothing else can run',
    edits: [
      replace(
        LONGRUNNER,
        '  objective: Find the licence of the packages that declare none.',
        '  objective: «null»',
      ),
    ],
    finds: ['error objective'],
  },
  {
    rule: 'objective',
    name: 'nothing to do, but another project can run',
    edits: [
      replace(LONGRUNNER, '  objective: Find the licence of the packages that declare none.\n', ''),
      copyProject('garden'),
      replace(
        DISPATCH,
        DISPATCH_ROW,
        `${DISPATCH_ROW}\n| 2 | garden | PROJECTS/garden/LONGRUNNER.md | collect | active | - | - |`,
      ),
      replace(
        'PROJECTS/garden/LONGRUNNER.md',
        '  runner: script\n',
        '  objective: Dig.\n  runner: script\n',
      ),
    ],
    finds: [`warning objective @ ${LONGRUNNER}:1:1-4`],
  },
  {
    rule: 'objective',
    name: 'what the last pass has reached already',
    edits: [
      replace(
        LONGRUNNER,
        '  objective: Find the licence of the packages that declare none.',
        '  objective: «list the first twelve  packages»',
      ),
    ],
    finds: ['warning objective'],
  },
  {
    rule: 'objective',
    name: 'a file that nobody recorded does not say when it changed',
    edits: [
      replace(
        LONGRUNNER,
        '  objective: Find the licence of the packages that declare none.',
        '  objective: «List the first twelve packages.»',
      ),
      file('PROJECTS/inventory/wishes.md', {
        bytes: Buffer.from('More.\n'),
        mtime: '2026-11-20T09:00:00Z',
      }),
    ],
    finds: ['warning objective'],
    says: 'no change is recorded since',
  },
  {
    rule: 'objective',
    name: 'the objective of the phase before',
    edits: [
      replace(
        LONGRUNNER,
        '  objective: Find the licence of the packages that declare none.',
        '  objective: «List the first twelve packages.»',
      ),
      replace(LONGRUNNER, '  started: 2026-11-18T09:00:00Z', '  started: 2026-11-20T09:00:00Z'),
    ],
    finds: ['warning objective'],
    says: 'the phase before',
  },
  {
    rule: 'objective',
    name: 'a paused project needs none',
    edits: [
      replace(
        LONGRUNNER,
        '  objective: Find the licence of the packages that declare none.',
        '  objective: null',
      ),
      replace(DISPATCH, '| active |', '| paused |'),
    ],
    finds: [],
  },

  // handed-key
  {
    rule: 'handed-key',
    name: 'pass_env with the key of another runner, and with one that programs look for',
    edits: [
      append(
        'orchestration-os/RUNNERS.md',
        `\n## hosted a model elsewhere\n\n- **Kind:** chat\n- **Endpoint:** https://models.example/v1\n- **Api key env:** HOSTED_KEY\n`,
      ),
      append(
        'orchestration-os/RUNNERS.md',
        `\n## agent a program\n\n- **Kind:** command\n- **Program:** agent\n\n\`\`\`yaml pass_env\n- HOSTED_KEY\n- OPENAI_API_KEY\n\`\`\`\n`,
      ),
    ],
    finds: ['warning handed-key @ *'],
    says: 'names HOSTED_KEY and OPENAI_API_KEY',
  },
  {
    rule: 'handed-key',
    name: 'pass_env with other variables',
    edits: [
      append(
        'orchestration-os/RUNNERS.md',
        `\n## agent a program\n\n- **Kind:** command\n- **Program:** agent\n\n\`\`\`yaml pass_env\n- EDITOR\n\`\`\`\n`,
      ),
    ],
    finds: [],
  },

  // tier-runner
  {
    rule: 'tier-runner',
    name: 'a tier that the program needs',
    edits: [
      replace(
        'MODEL-TIERS.md',
        '| heavy | local-model | qwen3:32b | 45 | 1000000 | 5 | 2 | - |',
        '«| large | local-model | qwen3:32b | 45 | 1000000 | 5 | 2 | - |»',
      ),
    ],
    finds: ['error tier-runner'],
  },
  {
    rule: 'tier-runner',
    name: 'a runner that needs no program of the owner',
    edits: [
      append('orchestration-os/RUNNERS.md', '\n## host\n\n- **Kind:** openclaw\n'),
      replace(LONGRUNNER, '  runner: script', '  runner: host'),
    ],
    finds: [],
  },
  {
    rule: 'tier-runner',
    name: 'a tier more',
    edits: [
      replace(
        'MODEL-TIERS.md',
        '| heavy |',
        '| huge | script | - | 60 | - | - | 1 | - |\n| heavy |',
      ),
    ],
    finds: [],
  },

  // notification-open
  {
    rule: 'notification-open',
    name: 'an answer below the fields, and one outside every question',
    edits: [
      replace('NOTIFICATIONS.md', INBOX, `${notification()}\nI thought about it.\n\n«Yes.»\n`),
      replace('NOTIFICATIONS.md', 'No pass has run yet.', '«- **Answer:** yes»'),
    ],
    finds: ['warning notification-open', 'warning notification-open'],
  },
  {
    rule: 'notification-open',
    name: 'a question without a line for its answer',
    edits: [
      replace(
        'NOTIFICATIONS.md',
        INBOX,
        notification({ heading: '«N-20261121-001» Go on?' }).replace('- **Answer:** -\n', ''),
      ),
    ],
    finds: ['warning notification-open'],
    says: 'no line for your answer',
  },
  {
    rule: 'notification-open',
    name: 'answered, and no pass has run since',
    edits: [replace('NOTIFICATIONS.md', INBOX, notification({ status: '«open»', answer: 'yes' }))],
    finds: ['info notification-open'],
  },
  {
    rule: 'notification-open',
    name: 'answered, and left by a pass',
    edits: [replace('NOTIFICATIONS.md', INBOX, notification({ status: '«approved»' })), ...PASS],
    finds: ['warning notification-open'],
    says: 'RUN-20261121-001',
  },
  {
    rule: 'notification-open',
    name: 'answered after the pass, in a copy with an old time',
    edits: [
      replace('NOTIFICATIONS.md', INBOX, notification({ status: '«approved»' })),
      changedLate('NOTIFICATIONS.md', '2026-11-21T02:00:00Z'),
      ...PASS,
    ],
    finds: ['info notification-open'],
    says: 'waits for the next pass',
  },
  {
    rule: 'notification-open',
    name: 'answered in the briefing, after a pass that could not read it',
    edits: [
      replace('NOTIFICATIONS.md', INBOX, notification({ status: '«open»' })),
      replace(
        'NOTIFICATIONS.md',
        'No pass has run yet.',
        '**Waiting for you (1)**\n- **N-20261121-001** Go on?\n  - yes',
      ),
      ...PASS,
    ],
    finds: ['info notification-open'],
    says: 'waits for the next pass',
  },
  {
    rule: 'notification-open',
    name: 'not answered, and done',
    edits: [
      replace(
        'NOTIFICATIONS.md',
        INBOX,
        `${notification()}${notification({ heading: 'N-20261121-002 Done', status: 'done', answer: 'yes' }).replace(INBOX, '')}`,
      ),
    ],
    finds: [],
  },

  // module-watch
  {
    rule: 'module-watch',
    name: 'an enabled module that is not installed',
    edits: [
      replace(
        'REGISTRY.md',
        '| memory | `memory/*.md`, `MEMORY.md` | no |',
        '| «memory» | `memory/*.md`, `MEMORY.md` | yes |',
      ),
    ],
    finds: ['warning module-watch'],
  },
  {
    rule: 'module-watch',
    name: 'a misspelled module that is off',
    edits: [
      replace(
        'REGISTRY.md',
        '| memory | `memory/*.md`, `MEMORY.md` | no |',
        '| «knowlege» | `memory/*.md` | no |',
      ),
    ],
    finds: ['info module-watch'],
    says: 'did you mean knowledge?',
  },
  {
    rule: 'module-watch',
    name: 'patterns that can match nothing',
    edits: [
      replace(
        'REGISTRY.md',
        '| memory | `memory/*.md`, `MEMORY.md` | no |',
        '| «memory» | «`memories/*.md`, `.git/**`» | yes |',
      ),
    ],
    finds: ['warning module-watch', 'warning module-watch', 'warning module-watch @ same'],
  },
  {
    rule: 'module-watch',
    name: 'a module that is off',
    edits: [
      replace(
        'REGISTRY.md',
        '| memory | `memory/*.md`, `MEMORY.md` | no |',
        '| memory | `nowhere/*.md` | no |',
      ),
    ],
    finds: [],
  },

  {
    rule: 'module-watch',
    name: 'a module that is not installed and left its section behind',
    edits: [
      append(
        'REGISTRY.md',
        '\n## Module greetings\n\n### R8 Modules\n\n| Module | Watches | Enabled |\n|---|---|---|\n| «greetings» | `greetings/*.md` | no |\n',
      ),
    ],
    finds: ['warning module-watch'],
    says: 'remove the section "## Module greetings"',
  },

  // suppression
  {
    rule: 'suppression',
    name: 'without a reason',
    edits: [file('notes/a.md', '«<!-- nocturne-ignore link-broken -->»\nSee [it](«gone.md»).\n')],
    finds: ['error suppression', 'warning link-broken'],
  },
  {
    rule: 'suppression',
    name: 'a rule that nobody knows',
    edits: [file('notes/a.md', '<!-- nocturne-ignore «link-brocken»: as said -->\nSee it.\n')],
    finds: ['error suppression'],
    says: 'did you mean link-broken?',
  },
  {
    rule: 'suppression',
    name: 'a rule that may never be silenced',
    edits: [
      replace(
        LONGRUNNER,
        '  timeout_days: 3',
        '  # nocturne-ignore «field-contract»: we like it so\n  timeout_days: «31»',
      ),
    ],
    finds: ['error suppression', 'error field-contract'],
  },
  {
    rule: 'suppression',
    name: 'an error of a rule whose warnings may be silenced',
    edits: [file('Soul.md', '<!-- nocturne-ignore-file «name-case»: old -->\n')],
    finds: ['error name-case @ Soul.md:1:1-1', 'error suppression'],
  },
  {
    rule: 'suppression',
    name: 'nothing to silence',
    edits: [file('notes/a.md', '«<!-- nocturne-ignore link-broken: on paper -->»\nSee it.\n')],
    finds: ['warning suppression'],
  },
  {
    rule: 'suppression',
    name: 'the next line',
    edits: [
      file('notes/a.md', '<!-- nocturne-ignore link-broken: on paper -->\n\nSee [it](gone.md).\n'),
    ],
    finds: [],
  },
  {
    rule: 'suppression',
    name: 'only the next line',
    edits: [
      file(
        'notes/a.md',
        '<!-- nocturne-ignore link-broken: on paper -->\nSee [it](gone.md).\nAnd [it](«gone.md») again.\n',
      ),
    ],
    finds: ['warning link-broken'],
  },
  {
    rule: 'suppression',
    name: 'the table that follows',
    edits: [
      replace(
        DISPATCH,
        '| Priority |',
        '<!-- nocturne-ignore reference-unresolved: comes tomorrow -->\n| Priority |',
      ),
      replace(
        DISPATCH,
        DISPATCH_ROW,
        `${DISPATCH_ROW}\n| 2 | later | PROJECTS/later/LONGRUNNER.md | - | complete | - | - |`,
      ),
    ],
    finds: [],
  },
  {
    rule: 'suppression',
    name: 'the whole file',
    edits: [
      file(
        'notes/a.md',
        '<!-- nocturne-ignore-file link-broken: on paper -->\n# A\n\nSee [it](gone.md).\n\nAnd [that](away.md).\n',
      ),
    ],
    finds: [],
  },
  {
    rule: 'suppression',
    name: 'a field of front matter',
    edits: [
      replace(
        LONGRUNNER,
        '  objective: Find the licence of the packages that declare none.',
        '  # nocturne-ignore objective: waits for the list\n  objective: null',
      ),
    ],
    finds: [],
  },
  {
    rule: 'suppression',
    name: 'an example in code',
    edits: [
      file(
        'notes/a.md',
        'Write `<!-- nocturne-ignore RULE: reason -->`.\n\n```md\n<!-- nocturne-ignore nothing -->\n```\n',
      ),
    ],
    finds: [],
  },

  // rules of R6
  {
    rule: 'r6',
    name: 'a violation, at the field that the query names',
    edits: [
      replace(
        'REGISTRY.md',
        R6_END,
        `### calm-night\n\n- **Severity:** warning\n- **Message:** {slug} is {status}, {empty}\n- **Hint:** wake it\n\n\`\`\`sql\nSELECT file, line, slug, status, NULL AS empty, 'status' AS field FROM dispatch WHERE status = 'active'\n\`\`\`\n\n${R6_END}`,
      ),
      replace(DISPATCH, '| active |', '| «active» |'),
    ],
    finds: ['warning calm-night'],
    says: 'inventory is active, -',
  },
  {
    rule: 'r6',
    name: 'a violation, at the key',
    edits: [
      replace(
        'REGISTRY.md',
        R6_END,
        `### calm-night\n\n- **Severity:** error\n- **Message:** all wrong\n\n\`\`\`sql\nSELECT file, line FROM dispatch\n\`\`\`\n\n${R6_END}`,
      ),
      replace(DISPATCH, '| inventory |', '| «inventory» |'),
    ],
    finds: ['error calm-night'],
  },
  {
    rule: 'r6',
    name: 'a violation that is silenced',
    edits: [
      replace(
        'REGISTRY.md',
        R6_END,
        `### calm-night\n\n- **Severity:** error\n- **Message:** all wrong\n\n\`\`\`sql\nSELECT file, line FROM dispatch\n\`\`\`\n\n${R6_END}`,
      ),
      replace(
        DISPATCH,
        '# Active projects',
        '<!-- nocturne-ignore-file calm-night: not tonight -->\n# Active projects',
      ),
    ],
    finds: [],
  },
];

/** The project of the base workspace once more, under another name and without outputs. */
function copyProject(slug: string): Edit {
  return (files) => {
    for (const name of ['LONGRUNNER.md', 'PHASES.md', 'pass.mjs']) {
      const content = files.get(`PROJECTS/inventory/${name}`);
      if (content !== undefined) files.set(`PROJECTS/${slug}/${name}`, content);
    }
  };
}

/** A key that looks real and belongs to nobody; put together so that this file holds none. */
function fakeKey(): string {
  return ['gh', 'p_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('');
}
