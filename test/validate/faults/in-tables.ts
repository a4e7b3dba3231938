/** Mistakes in a table of records. */
import { type FaultKind, splice } from './fault.js';

/** Pages with a table of records, and the heading above it. */
export const TABLE_PAGES: Readonly<Record<string, string>> = {
  'ACTIVE-PROJECTS.md': '## Projects',
  'MODEL-TIERS.md': '## Tiers',
  'INTEGRITY-MANIFEST.md': '## Protected files',
  'orchestration-os/OPS-TOOL-REGISTRY.md': '## Tools',
  'orchestration-os/PROMPT-RECIPES.md': '## Parts',
  'orchestration-os/TOOL-STATUS.md': '## Tools',
  'orchestration-os/OPS-DESTINATIONS.md': '## Destinations',
  'orchestration-os/OPS-INBOUND.md': '## Channels',
  'PROJECTS/MANAGER-REVIEW-REGISTRY.md': '## Reviews',
  'inbox/SENDERS.md': '## Senders',
};

type Place = { readonly heading: number; readonly header: number; readonly last: number };

function placeOf(lines: readonly string[], page: string): Place {
  const heading = lines.indexOf(TABLE_PAGES[page] ?? '');
  const header = lines.findIndex((line, i) => i > heading && line.startsWith('|'));
  let last = header;
  while (lines[last + 1]?.startsWith('|')) last++;
  if (heading === -1 || last - header < 3) throw new Error(`${page} has no table with two rows`);
  return { heading, header, last };
}

const inTable =
  (damage: (lines: readonly string[], place: Place) => { lines: string[]; line: number }) =>
  (lines: readonly string[], page: string) =>
    damage(lines, placeOf(lines, page));

const withoutLastCell = (line: string): string => line.replace(/\|[^|]*\|$/, '|');

export const IN_TABLES: readonly FaultKind[] = [
  {
    kind: 'a blank line above a row',
    rule: 'record-shape',
    damage: inTable((lines, { last }) => ({ lines: splice(lines, last, 0, ''), line: last + 2 })),
  },
  {
    kind: 'a row that is indented by four',
    rule: 'record-shape',
    damage: inTable((lines, { last }) => ({
      lines: splice(lines, last, 1, `    ${lines[last]}`),
      line: last + 1,
    })),
  },
  {
    kind: 'a paragraph above a row',
    rule: 'record-shape',
    damage: inTable((lines, { last }) => ({
      lines: splice(lines, last, 0, '', 'The following was added later.', ''),
      line: last + 4,
    })),
  },
  {
    kind: 'a comment above a row',
    rule: 'record-shape',
    damage: inTable((lines, { last }) => ({
      lines: splice(lines, last, 0, '<!-- later -->'),
      line: last + 2,
    })),
  },
  {
    kind: 'a row in a quotation',
    rule: 'record-shape',
    damage: inTable((lines, { last }) => ({
      lines: splice(lines, last, 1, `> ${lines[last]}`),
      line: last + 1,
    })),
  },
  {
    kind: 'a table that is in a comment',
    rule: 'record-shape',
    damage: inTable((lines, { heading, header, last }) => ({
      lines: splice(splice(lines, last + 1, 0, '-->'), header, 0, '<!--'),
      line: heading + 1,
    })),
  },
  {
    kind: 'a table that is in a fence',
    rule: 'record-shape',
    damage: inTable((lines, { heading, header, last }) => ({
      lines: splice(splice(lines, last + 1, 0, '```'), header, 0, '```'),
      line: heading + 1,
    })),
  },
  {
    kind: 'no separator',
    rule: 'record-shape',
    damage: inTable((lines, { header }) => ({
      lines: splice(lines, header + 1, 1),
      line: header + 1,
    })),
  },
  {
    kind: 'a separator that is one column short',
    rule: 'record-shape',
    damage: inTable((lines, { header }) => ({
      lines: splice(lines, header + 1, 1, withoutLastCell(lines[header + 1] ?? '')),
      line: header + 2,
    })),
  },
  {
    kind: 'a separator with another character',
    rule: 'record-shape',
    damage: inTable((lines, { header }) => ({
      lines: splice(lines, header + 1, 1, (lines[header + 1] ?? '').replace('---', '—')),
      line: header + 2,
    })),
  },
  {
    kind: 'a header that is one cell short',
    rule: 'record-shape',
    damage: inTable((lines, { header }) => ({
      lines: splice(lines, header, 1, withoutLastCell(lines[header] ?? '')),
      line: header + 1,
    })),
  },
  {
    kind: 'a column that is there twice',
    rule: 'record-shape',
    damage: inTable((lines, { header }) => ({
      lines: splice(
        lines,
        header,
        1,
        (lines[header] ?? '').replace(/\| ([^|]+) \|[^|]+\|/, '| $1 | $1 |'),
      ),
      line: header + 1,
    })),
  },
  {
    kind: 'no heading',
    rule: 'record-shape',
    damage: inTable((lines, { heading, header }) => ({
      lines: splice(lines, heading, 1),
      line: header,
    })),
  },
  {
    kind: 'a heading with a letter less',
    rule: 'record-shape',
    damage: inTable((lines, { heading }) => ({
      lines: splice(lines, heading, 1, (lines[heading] ?? '').slice(0, -1)),
      line: heading + 1,
    })),
  },
  {
    kind: 'a heading in capitals',
    rule: 'record-shape',
    damage: inTable((lines, { heading }) => ({
      lines: splice(lines, heading, 1, (lines[heading] ?? '').toUpperCase()),
      line: heading + 1,
    })),
  },
  {
    kind: 'a heading one level deeper',
    rule: 'record-shape',
    damage: inTable((lines, { heading }) => ({
      lines: splice(lines, heading, 1, `#${lines[heading]}`),
      line: heading + 1,
    })),
  },
  {
    kind: 'a heading without its space',
    rule: 'record-shape',
    damage: inTable((lines, { heading }) => ({
      lines: splice(lines, heading, 1, (lines[heading] ?? '').replace(' ', '')),
      line: heading + 1,
    })),
  },
  {
    kind: 'a heading that is there twice',
    rule: 'locator-ambiguous',
    damage: inTable((lines, { heading, last }) => ({
      lines: splice(lines, last + 1, 0, '', lines[heading] ?? ''),
      line: last + 3,
    })),
  },
  {
    kind: 'a row with a cell too few',
    rule: 'record-shape',
    damage: inTable((lines, { last }) => ({
      lines: splice(lines, last, 1, withoutLastCell(lines[last] ?? '')),
      line: last + 1,
    })),
  },
  {
    kind: 'a row with a cell too many',
    rule: 'record-shape',
    damage: inTable((lines, { last }) => ({
      lines: splice(lines, last, 1, `${lines[last]} x |`),
      line: last + 1,
    })),
  },
  {
    kind: 'a row that is there twice',
    rule: 'key-unique',
    damage: inTable((lines, { last }) => ({
      lines: splice(lines, last, 0, lines[last] ?? ''),
      line: last + 2,
    })),
  },
  {
    kind: 'a row without its key',
    rule: 'field-contract',
    damage: inTable((lines, { last }) => ({
      lines: splice(
        lines,
        last,
        1,
        (lines[last] ?? '')
          .split('|')
          .map((cell, i) => (i === 0 || cell === '' ? cell : ' - '))
          .join('|'),
      ),
      line: last + 1,
    })),
  },
];
