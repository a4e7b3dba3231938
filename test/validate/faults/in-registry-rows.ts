/** Mistakes in single rows of REGISTRY.md that leave the rest of it readable. */
import { type Edit, replace, textOf } from '../edit-workspace.js';
import { text } from '../base-workspace.js';
import type { Fault } from './fault.js';
import { type MarkedFault, markedFaults } from './marked.js';

const REGISTRY = 'REGISTRY.md';
const SYNTAX = 'registry-syntax';
const BUNDLE = 'bundle-invalid';

const row = (kind: string, from: string, to: string, rule = SYNTAX): MarkedFault => [
  kind,
  rule,
  replace(REGISTRY, from, to),
];
const glob = (written: string): MarkedFault =>
  row(
    `the files ${written}`,
    '| PROJECT | `PROJECTS/*/LONGRUNNER.md` |',
    `| PROJECT | «\`${written}\`» |`,
  );
const pattern = (written: string): MarkedFault =>
  row(
    `the pattern ${written}`,
    '| `MEMORY.md` | STANDARD |',
    `| «\`${written}\`» | STANDARD | - | - |\n| \`MEMORY.md\` | STANDARD |`,
  );
/** Loosens the writer of a field. */
const writer = (field: string, from: string, to: string): MarkedFault => [
  `the writer of ${field}`,
  SYNTAX,
  (files): void => {
    const [object, name] = [
      field.slice(0, field.indexOf('.')),
      field.slice(field.indexOf('.') + 1),
    ];
    const before = textOf(files, REGISTRY);
    const line = before.split('\n').find((one) => one.startsWith(`| ${object} | ${name} |`)) ?? '';
    if (!line.endsWith(`| ${from} |`)) throw new Error(`${field} is not of ${from}`);
    files.set(
      REGISTRY,
      text(before.replace(line, `«»${line.slice(0, -`${from} |`.length)}${to} |`)),
    );
  },
];
const SPEAKERS = '| insert | MESH-TABLE[{key}] | topic | {topic} |';

/** The first block of SQL, changed. */
const query = (change: (block: string) => string): Edit => {
  return (files) => {
    const before = textOf(files, REGISTRY);
    const start = before.indexOf('```sql');
    const end = before.indexOf('\n```\n', start) + '\n```\n'.length;
    const changed = change(before.slice(start, end));
    files.set(REGISTRY, text(`${before.slice(0, start)}«»${changed}${before.slice(end)}`));
  };
};

const LIST: readonly MarkedFault[] = [
  ...['PROJECTS\\*\\LONGRUNNER.md', 'PROJECTS/{a,b/LONGRUNNER.md', 'PROJECTS/*/LONGRUNNER.md '].map(
    glob,
  ),
  ...['*.md ', 'notes\\*.md', 'notes/[ab/*.md', 'notes/a}.md'].map(pattern),
  ...['runner', 'model_tier', 'context_budget', 'tools', 'requires', 'writes'].map((name) =>
    writer(`PROJECT.next_pass.${name}`, 'owner', 'agent'),
  ),
  ...['runner', 'tools', 'writes'].map((name) =>
    writer(`DRAFT.next_pass.${name}`, 'owner', 'agent'),
  ),
  writer('PROJECT.next_pass.writes', 'owner', 'bundle'),
  writer('PROJECT.phase.stop_condition', 'bundle', 'agent'),
  row(
    'a log that is a table',
    '| AUDIT | `audit/AUDIT-LOG.md` | log |',
    '«»| AUDIT | `audit/AUDIT-LOG.md` | table |',
  ),
  row(
    'a condition of unique that never holds',
    'unique where status=active',
    'unique where status=«aktive»',
  ),
  row(
    'two values of a field',
    '| set | MESH-MAIL[{key}] | why | {why} |',
    '| set | MESH-MAIL[{key}] | why | {why} |\n«»| set | MESH-MAIL[{key}] | why | null |',
    BUNDLE,
  ),
  row('two values of an insert', SPEAKERS, `${SPEAKERS}\n«»${SPEAKERS}`, BUNDLE),
  row(
    'a precondition with a value that is none',
    'MESH-CIRCLE[{key}].state is complete',
    'MESH-CIRCLE[{key}].state is «compleet»',
    BUNDLE,
  ),
  row('fullwidth braces', SPEAKERS, '«»| insert | MESH-TABLE[{key}] | topic | ｛topic｝ |'),
  row(
    'a line of a bundle in another language',
    '- **Arguments:** key: token, state: enum(sent, received',
    '«»- **Argumente:** key: token, state: enum(sent, received',
  ),
  row('a module without its last letter', '## Module meter', '«»## Modul meter'),
  row('a module with a colon', '## Module meter', '«»## Module: meter'),
  row('a module one level up', '## Module plans', '«»# Module plans'),
  ['a query without its language', SYNTAX, query((block) => block.replace('```sql', '```'))],
  ['a query that does not end', SYNTAX, query((block) => block.replace(/\n```\n$/, '\n'))],
];

export function inRegistryRows(): readonly Fault[] {
  return markedFaults(LIST);
}
