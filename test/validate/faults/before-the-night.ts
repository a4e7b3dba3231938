/** Mistakes that nothing would notice before a pass does, each with `«»` around its place. */
import { edited, type Edit, file, replace } from '../edit-workspace.js';
import type { Fault } from './fault.js';
import { fullFiles } from './full-workspace.js';

const LONGRUNNER = 'PROJECTS/inventory/LONGRUNNER.md';
const TOOLS = 'orchestration-os/OPS-TOOL-REGISTRY.md';
const HEARTBEAT = 'orchestration-os/prompt-fragments/heartbeat.md';
const NOTIFICATIONS = 'NOTIFICATIONS.md';

const writes = (glob: string): Edit =>
  replace(LONGRUNNER, '    - outputs/**', `    - outputs/**\n    - «${glob}»`);
const condition = (yaml: string): Edit =>
  replace(LONGRUNNER, '  stop_condition: []', `  stop_condition:\n    - ${yaml}`);
const answer = (line: string): Edit =>
  replace(
    NOTIFICATIONS,
    '- **Action needed:** Name it.\n- **Status:** open\n- **Answer:** -\n',
    `- **Action needed:** Name it.\n- **Status:** open\n- **Answer:** -\n\n${line}\n`,
  );
const prompt = (command: string): Edit =>
  replace(HEARTBEAT, '\n', `\n\n\`«nocturne ${command}»\`\n`);
const copy = (path: string): Edit => file(path, '«»# Copy\n');

const LIST: readonly (readonly [kind: string, rule: string, edit: Edit])[] = [
  ...[
    '/SOUL.md',
    '/REGISTRY.md',
    '/audit/AUDIT-LOG.md',
    '/orchestration-os/**',
    'PHASES.md',
    'check.mjs',
    'LONGRUNNER.md',
    '/ACTIVE-PROJECTS.md',
    '../other/**',
    '../../../elsewhere.md',
    '/home/bo/notes.md',
    '~/notes.md',
    'C:\\\\notes.md',
  ].map((glob) => [`a scope with ${glob}`, 'write-scope', writes(glob)] as const),
  ...['“outputs/a.md”', '„outputs/a.md“', '‘outputs/a.md’'].map(
    (glob) =>
      [
        `the condition ${glob}`,
        'odd-character',
        condition(`file_exists: «${glob.charAt(0)}»${glob.slice(1)}`),
      ] as const,
  ),
  ['a fullwidth colon in a condition', 'odd-character', condition('file_exists«：» outputs/a.md')],
  [
    'a dash of an editor in a condition',
    'odd-character',
    condition('file_exists: outputs/a«–»b.md'),
  ],
  ['an unknown test', 'stop-condition', condition('«file_exist»: outputs/a.md')],
  [
    'a broken pattern',
    'stop-condition',
    condition('matches: { in: "outputs/*.md", pattern: «"(a"» }'),
  ],
  [
    'an invisible character in a status',
    'odd-character',
    replace('ACTIVE-PROJECTS.md', '| active |', '| active«\u200b» |'),
  ],
  [
    'a no-break space in a status',
    'odd-character',
    replace('ACTIVE-PROJECTS.md', '| active |', '| active«\u00a0»|'),
  ],
  [
    'a Cyrillic letter in a slug',
    'odd-character',
    replace('ACTIVE-PROJECTS.md', '| 2 | garden |', '| 2 | g«а»rden |'),
  ],
  [
    'a soft hyphen in the name of a runner',
    'odd-character',
    replace(LONGRUNNER, 'runner: script', 'runner: scr«\u00ad»ipt'),
  ],
  [
    'a direction mark in a path',
    'odd-character',
    replace('ACTIVE-PROJECTS.md', 'PROJECTS/garden/L', 'PROJECTS/garden/«\u202e»L'),
  ],
  ...['Europe/Berln', 'Berlin', 'CEST', 'GMT+25', 'Mars/Olympus'].map(
    (zone) =>
      [
        `the time zone ${zone}`,
        'time-zone',
        replace('USER.md', 'zone:** UTC', `zone:** «${zone}»`),
      ] as const,
  ),
  ...[
    'jq --version \\| cat',
    'jq --version && true',
    'jq --version > /dev/null',
    'jq $(pwd)',
    'test -x "$(which jq)"; true',
  ].map(
    (line) =>
      [`the probe ${line}`, 'probe', replace(TOOLS, '| jq --version |', `| «${line}» |`)] as const,
  ),
  ...[
    'pass finish',
    'pass begin --roll worker',
    'pass begin --role',
    'pass begin --role boss',
    'bundle pass_recrd',
    'stauts',
    'run worker --fast',
  ].map(
    (command) => [`a prompt with nocturne ${command}`, 'prompt-command', prompt(command)] as const,
  ),
  [
    'no pass.mjs',
    'runner-program',
    (files) => {
      files.delete('PROJECTS/inventory/pass.mjs');
      replace(LONGRUNNER, 'runner: script', 'runner: «script»')(files);
    },
  ],
  ...[
    'Answer: yes',
    '**Answer:** yes',
    '__Answer:__ yes',
    '> - **Answer:** yes',
    '  - **Answer:** yes',
    '* Answer: yes',
    'answer: yes',
    '- **answer** yes',
  ].map(
    (line) =>
      [`the answer ${line}`, 'near-miss', answer(line.replace(/^(\s*)(.*)$/, '$1«$2»'))] as const,
  ),
  ['a word below the entry', 'notification-open', answer('«Yes.»')],
  [
    'an answer in the briefing',
    'notification-open',
    replace(NOTIFICATIONS, 'No pass has run yet.', '«- **Answer:** yes»'),
  ],
  [
    'no line for the answer',
    'notification-open',
    replace(
      NOTIFICATIONS,
      '### N-20261120-002 Which licence does the last package have?\n\n- **Time:** 2026-11-20T05:31:00Z\n- **Priority:** low\n- **Project:** inventory\n- **Kind:** note\n- **Action needed:** Name it.\n- **Status:** open\n- **Answer:** -\n',
      '### «N-20261120-002» Which licence does the last package have?\n\n- **Time:** 2026-11-20T05:31:00Z\n- **Priority:** low\n- **Project:** inventory\n- **Kind:** note\n- **Action needed:** Name it.\n- **Status:** open\n',
    ),
  ],
  ...[
    'ACTIVE-PROJECTS 2.md',
    'NOTIFICATIONS (1).md',
    'MEMORY copy.md',
    'SOUL - Copy.md',
    'PROJECTS/inventory/LONGRUNNER (conflicted copy).md',
    "PROJECTS/inventory/PHASES (Bo's conflicted copy 2026-11-20).md",
    'orchestration-os/RUNNERS.sync-conflict-20261120-030000-ABCDEFG.md',
    'orchestration-os/SOUL (Konflikt 2026-11-20).md',
    'memory/2026-11-20 2.md',
    'audit/AUDIT-LOG (1).md',
  ].map((path) => [`a copy named ${path}`, 'sync-copy', copy(path)] as const),
  [
    'a locator that matches nothing',
    'record-shape',
    (files) => {
      replace('REGISTRY.md', '| `## Domain` |', '| `## Domian` |')(files);
      replace('SOUL.md', '## Domain', '«## Domain»')(files);
    },
  ],
  [
    'a failure mode that is gone',
    'failure-mode',
    (files) => {
      replace('orchestration-os/OPS-FAILURE-MODES.md', '## FM-006', '## «FM-006»')(files);
      withoutSection(files, 'orchestration-os/OPS-FAILURE-MODES.md', '## FM-005');
    },
  ],
  [
    'two rows for one project',
    'key-unique',
    replace(
      'ACTIVE-PROJECTS.md',
      '| 2 | garden | PROJECTS/garden/LONGRUNNER.md | plant | paused | - | - |',
      '| 2 | garden | PROJECTS/garden/LONGRUNNER.md | plant | paused | - | - |\n| 3 | «garden» | PROJECTS/garden/LONGRUNNER.md | plant | paused | - | - |',
    ),
  ],
  [
    'a letter in Latin-1',
    'not-utf8',
    file('memory/2026-11-19.md', { bytes: Buffer.from('caf\xe9\n', 'latin1') }),
  ],
];

function withoutSection(files: Parameters<Edit>[0], path: string, heading: string): void {
  const content = files.get(path);
  if (content === undefined || 'link' in content) throw new Error(`there is no ${path}`);
  const text = content.bytes.toString('utf8');
  const start = text.indexOf(heading);
  const end = text.indexOf('\n## ', start) + 1;
  files.set(path, { bytes: Buffer.from(text.slice(0, start) + text.slice(end)) });
}

export function beforeTheNight(): readonly Fault[] {
  return LIST.map(([kind, rule, edit]) => {
    const { files, marks } = edited(fullFiles(), [edit]);
    const [, page = '', line = '1'] =
      /^(.*):(\d+):\d+-/.exec(marks[0] ?? 'memory/2026-11-19.md:1:1-1') ?? [];
    return { kind, rule, page, line: Number(line), files };
  });
}
