/** Mistakes in front matter. */
import { type FaultKind, splice } from './fault.js';

export const DOCUMENT_PAGES: readonly string[] = [
  'PROJECTS/inventory/LONGRUNNER.md',
  'PROJECTS/garden/LONGRUNNER.md',
  'PROJECTS/idea/LONGRUNNER-DRAFT.md',
  'LOCK.md',
  'INTEGRITY-MANIFEST.md',
  'inbox/quarantine/m1.md',
  'inbox/messages/m2.md',
];

/** The line of a plain value at the top level. */
const plainLine = (lines: readonly string[]): number =>
  lines.findIndex((line) => /^[a-z_]+: \S/.test(line));
const closing = (lines: readonly string[]): number => lines.indexOf('---', 1);

type Damaged = { lines: string[]; line: number };
const atValue =
  (change: (line: string) => string) =>
  (lines: readonly string[]): Damaged => {
    const index = plainLine(lines);
    return { lines: splice(lines, index, 1, change(lines[index] ?? '')), line: index + 1 };
  };

export const IN_DOCUMENTS: readonly FaultKind[] = [
  {
    kind: 'no opening line',
    rule: 'record-shape',
    damage: (lines) => ({ lines: splice(lines, 0, 1), line: 1 }),
  },
  {
    kind: 'no closing line',
    rule: 'record-shape',
    damage: (lines) => ({ lines: splice(lines, closing(lines), 1), line: 1 }),
  },
  {
    kind: 'a blank line above the front matter',
    rule: 'record-shape',
    damage: (lines) => ({ lines: splice(lines, 0, 0, ''), line: 2 }),
  },
  {
    kind: 'a name that is there twice',
    rule: 'record-shape',
    damage: (lines) => {
      const index = plainLine(lines);
      return { lines: splice(lines, index, 0, lines[index] ?? ''), line: index + 2 };
    },
  },
  {
    kind: 'a value with a colon',
    rule: 'record-shape',
    damage: atValue((line) => line.replace(/: .*/, ': Greenhouse: which plants')),
  },
  {
    kind: 'an unclosed quote',
    rule: 'record-shape',
    damage: atValue((line) => line.replace(/: .*/, ': "Greenhouse')),
  },
  {
    kind: 'an unclosed single quote',
    rule: 'record-shape',
    damage: atValue((line) => line.replace(/: .*/, ": 'Greenhouse")),
  },
  {
    kind: 'an unclosed list',
    rule: 'record-shape',
    damage: atValue((line) => line.replace(/: .*/, ': [a, b')),
  },
  {
    kind: 'an unclosed map',
    rule: 'record-shape',
    damage: atValue((line) => line.replace(/: .*/, ': {a: b')),
  },
  {
    kind: 'a tab as an indent',
    rule: 'record-shape',
    damage: (lines) => {
      const index = lines.findIndex((line) => line.startsWith('  '));
      return index === -1 || index > closing(lines)
        ? undefined
        : {
            lines: splice(lines, index, 1, (lines[index] ?? '').replace('  ', '\t')),
            line: index + 1,
          };
    },
  },
  {
    kind: 'an indent that is too deep',
    rule: 'record-shape',
    damage: (lines) => {
      const index = plainLine(lines);
      return { lines: splice(lines, index + 1, 0, '    deeper: x'), line: index + 2 };
    },
  },
  {
    kind: 'a name without a colon',
    rule: 'record-shape',
    damage: (lines) => {
      const index = plainLine(lines);
      return { lines: splice(lines, index + 1, 0, 'forgotten'), line: index + 2 };
    },
  },
  {
    kind: 'an alias that is not there',
    rule: 'record-shape',
    damage: atValue((line) => line.replace(/: .*/, ': *nowhere')),
  },
  {
    kind: 'a star at the start of a value',
    rule: 'record-shape',
    damage: atValue((line) => line.replace(/: .*/, ': **bold** words')),
  },
  {
    kind: 'an at sign at the start of a value',
    rule: 'record-shape',
    damage: atValue((line) => line.replace(/: .*/, ': @someone')),
  },
  {
    kind: 'a per cent sign at the start of a value',
    rule: 'record-shape',
    damage: atValue((line) => line.replace(/: .*/, ': %done')),
  },
];
