/** Mistakes in REGISTRY.md. */
import { type Damage, type FaultKind, splice } from './fault.js';

/** The first table below a heading. */
function tableBelow(
  lines: readonly string[],
  heading: string,
): { readonly heading: number; readonly header: number; readonly last: number } {
  const index = lines.findIndex((line) => line.startsWith(heading));
  const header = lines.findIndex((line, i) => i > index && line.startsWith('|'));
  let last = header;
  while (lines[last + 1]?.startsWith('|')) last++;
  return { heading: index, header, last };
}

const PARTS = [
  '## R1 Objects',
  '### DISPATCH',
  '## R3 Routes',
  '### notification_archive',
  '#### message_take',
];

const inParts = (
  kind: string,
  damage: (
    lines: readonly string[],
    place: { readonly heading: number; readonly header: number; readonly last: number },
  ) => Damage,
): readonly FaultKind[] =>
  PARTS.map((part) => ({
    kind: `${kind}, under ${part}`,
    rule: 'registry-syntax',
    damage: (lines) => damage(lines, tableBelow(lines, part)),
  }));

const withoutLastCell = (line: string): string => line.replace(/\|[^|]*\|$/, '|');

/** Replaces text once; the mistake is on the line where it begins, or `below` lines further. */
function replaced(
  kind: string,
  from: string,
  to: string,
  more: { rule?: string; below?: number } = {},
): FaultKind {
  return {
    kind,
    rule: more.rule ?? 'registry-syntax',
    damage: (lines) => {
      const text = lines.join('\n');
      const index = text.indexOf(from);
      if (index === -1) throw new Error(`REGISTRY.md does not contain ${from}`);
      const line = text.slice(0, index).split('\n').length + (more.below ?? 0);
      return {
        lines: (text.slice(0, index) + to + text.slice(index + from.length)).split('\n'),
        line,
      };
    },
  };
}

export const IN_REGISTRY: readonly FaultKind[] = [
  ...inParts('a blank line above a row', (lines, { last }) => ({
    lines: splice(lines, last, 0, ''),
    line: last + 2,
  })),
  ...inParts('a row that is indented by four', (lines, { last }) => ({
    lines: splice(lines, last, 1, `    ${lines[last]}`),
    line: last + 1,
  })),
  ...inParts('no separator', (lines, { header }) => ({
    lines: splice(lines, header + 1, 1),
    line: header + 1,
  })),
  ...inParts('a separator that is one column short', (lines, { header }) => ({
    lines: splice(lines, header + 1, 1, withoutLastCell(lines[header + 1] ?? '')),
    line: header + 2,
  })),
  ...inParts('a header that is one cell short', (lines, { header }) => ({
    lines: splice(lines, header, 1, withoutLastCell(lines[header] ?? '')),
    line: header + 1,
  })),
  ...inParts('a header with another word', (lines, { header }) => ({
    lines: splice(lines, header, 1, (lines[header] ?? '').replace(/\| \w+ \|/, '| Thing |')),
    line: header + 1,
  })),
  ...inParts('a row with a cell too few', (lines, { last }) => ({
    lines: splice(lines, last, 1, withoutLastCell(lines[last] ?? '')),
    line: last + 1,
  })),
  ...inParts('a row in a quotation', (lines, { last }) => ({
    lines: splice(lines, last, 1, `> ${lines[last]}`),
    line: last + 1,
  })),
  replaced(
    'two lines Arguments',
    '- **Arguments:** run_id',
    '- **Arguments:** -\n- **Arguments:** run_id',
    { below: 1 },
  ),
  replaced('escaped brackets', '| set | PROJECT[', '| set | PROJECT\\['),
  replaced(
    'an empty value',
    '| insert | CLAIM | project | null |',
    '| insert | CLAIM | project |  |',
  ),
  replaced('an unknown operation', '| insert | CLAIM | project |', '| inset | CLAIM | project |'),
  replaced('an unknown object', '| insert | CLAIM | project |', '| insert | CLAIMS | project |', {
    rule: 'bundle-invalid',
  }),
  replaced('an unknown field', '| insert | CLAIM | project |', '| insert | CLAIM | projekt |', {
    rule: 'bundle-invalid',
  }),
  replaced(
    'an unknown argument',
    '| insert | CLAIM | fence | {fence} |',
    '| insert | CLAIM | fence | {fense} |',
    {
      rule: 'bundle-invalid',
    },
  ),
  replaced(
    'an unknown type',
    '| DISPATCH | longrunner | path |',
    '| DISPATCH | longrunner | paht |',
  ),
  replaced(
    'an unknown writer',
    '| DISPATCH | longrunner | path | yes | not empty | - | bundle |',
    '| DISPATCH | longrunner | path | yes | not empty | - | bundel |',
  ),
  replaced('an unknown tier', '| `MEMORY.md` | STANDARD |', '| `MEMORY.md` | STANDART |'),
  replaced('an unknown edge', '| `MODEL-TIERS.md` | REFERENCES |', '| `MODEL-TIERS.md` | REFERS |'),
  replaced(
    'an unknown shape',
    '| DISPATCH | `ACTIVE-PROJECTS.md` | table |',
    '| DISPATCH | `ACTIVE-PROJECTS.md` | tabel |',
  ),
  replaced(
    'a protected page with an unknown tier',
    '| `SOUL.md` | PROTECTED |',
    '| `SOUL.md` | protected |',
  ),
  replaced('a pattern with one backtick', '| `SOUL.md` | PROTECTED |', '| `SOUL.md | PROTECTED |'),
  replaced('SOUL.md as STANDARD', '| `SOUL.md` | PROTECTED |', '| `SOUL.md` | STANDARD |'),
  replaced(
    'RUNNERS.md as STANDARD',
    '| `orchestration-os/RUNNERS.md` | PROTECTED |',
    '| `orchestration-os/RUNNERS.md` | STANDARD |',
  ),
  replaced(
    'a log as STANDARD',
    '| `audit/AUDIT-LOG.md` | APPEND |',
    '| `audit/AUDIT-LOG.md` | STANDARD |',
  ),
  {
    kind: 'no edge that validates SOUL.md',
    rule: 'registry-syntax',
    damage: (lines) => ({
      lines: lines.filter((line) => !line.includes('VALIDATES | `SOUL.md`')),
      line: lines.findIndex((line) => line.startsWith('| `SOUL.md` | PROTECTED')) + 1,
    }),
  },
  replaced('a part with another name', '## R6 Rules', '## Rules'),
  replaced('a severity that is not one', '- **Severity:** error', '- **Severity:** warn'),
  replaced(
    'an unclosed quote in SQL',
    "d.longrunner <> 'PROJECTS/' ||",
    "d.longrunner <> 'PROJECTS/ ||",
  ),
  replaced('two bundles with one name', '### claim_remove', '### claim_project'),
  replaced(
    'two objects with one name',
    '| BRIEFING | `NOTIFICATIONS.md`',
    '| NOTIFICATION | `NOTIFICATIONS.md`',
  ),
  replaced(
    'a key that is not a field',
    '| table | `## Projects` | slug |',
    '| table | `## Projects` | slgu |',
  ),
  replaced('a reference to no object', '| ref(RUNNER) | no |', '| ref(RUNER) | no |'),
  replaced(
    'a conflict of git',
    '## R3 Routes\n',
    '<<<<<<< HEAD\n## R3 Routes\n=======\n## R3 Routen\n>>>>>>> x\n',
    { rule: 'conflict-marker' },
  ),
];
