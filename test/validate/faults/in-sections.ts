/** Mistakes in a section of records. */
import { type Damage, type FaultKind, splice } from './fault.js';

/** Pages with sections, and the heading of the section that is damaged. */
export const SECTION_PAGES: Readonly<Record<string, string>> = {
  'NOTIFICATIONS.md': '### N-20261120-001',
  'orchestration-os/NOTIFICATIONS-ARCHIVE.md': '### N-20261118-001',
  'orchestration-os/OPS-PREAPPROVAL.md': '## PA-001',
  'orchestration-os/OPS-FAILURE-MODES.md': '## FM-002',
  'orchestration-os/RUNNERS.md': '## script',
  'orchestration-os/JOBS.md': '## backup',
  'orchestration-os/AGENTS-LESSONS.md': '## L-20261120-001',
  'orchestration-os/KNOWLEDGE.md': '## Embedder',
  'memory/2026-11-20.md': '## RUN-20261120-001',
  'SOUL.md': '## Domain',
  'USER.md': '## Owner',
  'PROJECTS/inventory/PHASES.md': '## collect',
};

type Place = { readonly heading: number; readonly item: number; readonly fence: number };

function placeOf(lines: readonly string[], page: string): Place {
  const heading = lines.findIndex((line) => line.startsWith(SECTION_PAGES[page] ?? ' '));
  const item = lines.findIndex((line, i) => i > heading && line.startsWith('- **'));
  const end = lines.findIndex((line, i) => i > heading && /^#{2,3} /.test(line));
  const fence = lines.findIndex((line, i) => i > heading && line.startsWith('```yaml'));
  if (heading === -1 || item === -1) throw new Error(`${page} has no section with an item`);
  return { heading, item, fence: end !== -1 && fence > end ? -1 : fence };
}

type Damaged = { lines: string[]; line: number };
const inSection =
  (damage: (lines: readonly string[], place: Place) => Damaged | undefined) =>
  (lines: readonly string[], page: string) =>
    damage(lines, placeOf(lines, page));
/** Without its only section, the page has no record. */
const inHeading =
  (change: (heading: string) => string) =>
  (lines: readonly string[], page: string): Damage | undefined => {
    const { heading } = placeOf(lines, page);
    const changed = change(lines[heading] ?? '');
    if (changed === lines[heading]) return undefined;
    const damage = { lines: splice(lines, heading, 1, changed), line: heading + 1 };
    return ONE_SECTION.has(page) ? { ...damage, rule: 'record-shape' } : damage;
  };
const ONE_SECTION = new Set(['SOUL.md', 'USER.md', 'orchestration-os/KNOWLEDGE.md']);

/** Of an item that R2 requires in every object with sections but these. */
const OPTIONAL = new Set(['SOUL.md']);

export const IN_SECTIONS: readonly FaultKind[] = [
  {
    kind: 'a field that is there twice',
    rule: 'record-shape',
    damage: inSection((lines, { item }) => ({
      lines: splice(lines, item, 0, lines[item] ?? ''),
      line: item + 2,
    })),
  },
  {
    kind: 'a field that is there twice, with another mark',
    rule: 'record-shape',
    damage: inSection((lines, { item }) => ({
      lines: splice(lines, item, 0, (lines[item] ?? '').replace('-', '*')),
      line: item + 2,
    })),
  },
  {
    kind: 'a field without its emphasis',
    rule: 'near-miss',
    damage: inSection((lines, { item }) => ({
      lines: splice(lines, item, 1, (lines[item] ?? '').replaceAll('**', '')),
      line: item + 1,
    })),
  },
  {
    kind: 'a field without its colon',
    rule: 'near-miss',
    damage: inSection((lines, { item }) => ({
      lines: splice(lines, item, 1, (lines[item] ?? '').replace(':**', '**')),
      line: item + 1,
    })),
  },
  {
    kind: 'a field without its dash',
    rule: 'near-miss',
    damage: inSection((lines, { item }) => ({
      lines: splice(lines, item, 1, (lines[item] ?? '').replace('- ', '')),
      line: item + 1,
    })),
  },
  {
    kind: 'a field that is indented',
    rule: 'near-miss',
    damage: inSection((lines, { item }) => ({
      lines: splice(lines, item, 1, `    ${lines[item]}`),
      line: item + 1,
    })),
  },
  {
    kind: 'an unclosed fence',
    rule: 'record-shape',
    damage: inSection((lines, { fence }) => {
      const close = lines.findIndex((line, i) => fence !== -1 && i > fence && line === '```');
      return close === -1 ? undefined : { lines: splice(lines, close, 1), line: fence + 1 };
    }),
  },
  {
    kind: 'a fence without its name',
    rule: 'near-miss',
    damage: inSection((lines, { fence }) =>
      fence === -1 ? undefined : { lines: splice(lines, fence, 1, '```yaml'), line: fence + 1 },
    ),
  },
  {
    kind: 'YAML with an unclosed list',
    rule: 'record-shape',
    damage: inSection((lines, { fence }) =>
      fence === -1 ? undefined : { lines: splice(lines, fence + 1, 0, '- [a, b'), line: fence + 2 },
    ),
  },
  {
    kind: 'YAML with an unclosed quote',
    rule: 'record-shape',
    damage: inSection((lines, { fence }) =>
      fence === -1 ? undefined : { lines: splice(lines, fence + 1, 0, '- "a'), line: fence + 2 },
    ),
  },
  {
    kind: 'a heading one level off',
    rule: 'near-miss',
    damage: inHeading((heading) => `#${heading}`),
  },
  {
    kind: 'a heading without its space',
    rule: 'near-miss',
    damage: inHeading((heading) => heading.replace(' ', '')),
  },
  {
    kind: 'a heading in small letters',
    rule: 'near-miss',
    damage: inHeading((heading) => heading.replace(/^#+ \S+/, (key) => key.toLowerCase())),
  },
  {
    kind: 'a section that is there twice',
    rule: 'key-unique',
    damage: inSection((lines, { heading }) => {
      const next = lines.findIndex((line, i) => i > heading && /^#{1,3} /.test(line));
      const end = next === -1 ? lines.length : next;
      const copy = lines.slice(heading, end);
      return { lines: splice(lines, end, 0, ...copy), line: end + 1 };
    }),
  },
  {
    kind: 'a required field that is empty',
    rule: 'field-contract',
    damage: (lines, page) => {
      if (OPTIONAL.has(page)) return undefined;
      const { heading } = placeOf(lines, page);
      const required =
        /^- \*\*(?:Action needed|Severity|Kind|Max uses|Observation|Result|Time zone|Objective|Embedder|Host):\*\*/;
      const item = lines.findIndex((line, i) => i > heading && required.test(line));
      return {
        lines: splice(lines, item, 1, (lines[item] ?? '').replace(/:\*\*.*/, ':** -')),
        line: item + 1,
      };
    },
  },
];
