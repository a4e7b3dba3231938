/** What editors, formatters and git do to pages without changing what they say. */
import { type Content, type Files, text } from '../base-workspace.js';
import { type Edit, file, replace, textOf } from '../edit-workspace.js';
import { fullFiles } from './full-workspace.js';

type Reformat = (text: string, path: string) => string;

/** Pages that passes write or that people edit by hand. */
const PAGES = [
  'ACTIVE-PROJECTS.md',
  'NOTIFICATIONS.md',
  'MODEL-TIERS.md',
  'SOUL.md',
  'USER.md',
  'MEMORY.md',
  'LOCK.md',
  'PROJECTS/inventory/LONGRUNNER.md',
  'PROJECTS/inventory/PHASES.md',
  'PROJECTS/MANAGER-REVIEW-REGISTRY.md',
  'orchestration-os/RUNNERS.md',
  'orchestration-os/OPS-TOOL-REGISTRY.md',
  'orchestration-os/OPS-PREAPPROVAL.md',
  'orchestration-os/OPS-FAILURE-MODES.md',
  'orchestration-os/AGENTS-LESSONS.md',
  'orchestration-os/OPS-INBOUND.md',
  'inbox/SENDERS.md',
  'memory/2026-11-20.md',
  'REGISTRY.md',
];

/** Lines outside fences and front matter. */
function onProse(change: (line: string) => string): Reformat {
  return (text) => {
    let fence = false;
    let front = text.startsWith('---\n');
    return text
      .split('\n')
      .map((line, index) => {
        if (front && index > 0 && line === '---') {
          front = false;
          return line;
        }
        if (/^```/.test(line)) fence = !fence;
        return fence || front || line.startsWith('```') ? line : change(line);
      })
      .join('\n');
  };
}

const isRow = (line: string): boolean => line.startsWith('|');
const cellsOf = (line: string): string[] =>
  line
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());

/** Pads the cells of a table to the width of its columns, as prettier does. */
function padded(text: string, pad: (cell: string, width: number) => string): string {
  return text.replace(/(?:^\|.*\n)+/gm, (table) => {
    const rows = table.trimEnd().split('\n').map(cellsOf);
    const widths = (rows[0] ?? []).map((_, i) =>
      Math.max(3, ...rows.map((row) => row[i]?.length ?? 0)),
    );
    return `${rows
      .map(
        (row) =>
          `| ${row.map((cell, i) => (/^:?-{3,}:?$/.test(cell) ? '-'.repeat(widths[i] ?? 3) : pad(cell, widths[i] ?? 3))).join(' | ')} |`,
      )
      .join('\n')}\n`;
  });
}

export const REFORMATS: Readonly<Record<string, Reformat>> = {
  'tables padded to the left': (text) => padded(text, (cell, width) => cell.padEnd(width)),
  'tables padded to the right': (text) => padded(text, (cell, width) => cell.padStart(width)),
  'tables without blanks around cells': onProse((line) =>
    isRow(line) ? `|${cellsOf(line).join('|')}|` : line,
  ),
  'tables without outer pipes': onProse((line) =>
    isRow(line) && cellsOf(line)[0] !== '' && cellsOf(line)[0] !== '-'
      ? cellsOf(line).join(' | ')
      : line,
  ),
  'aligned columns': onProse((line) =>
    /^\|(?:-+\|)+$/.test(line) ? line.replaceAll('---', ':---') : line,
  ),
  'centred columns': onProse((line) =>
    /^\|(?:-+\|)+$/.test(line) ? line.replaceAll('---', ':-:') : line,
  ),
  CRLF: (text) => text.replaceAll('\n', '\r\n'),
  'a byte order mark': (text) => `\ufeff${text}`,
  'a byte order mark and CRLF': (text) => `\ufeff${text.replaceAll('\n', '\r\n')}`,
  'no final newline': (text) => text.trimEnd(),
  'three final newlines': (text) => `${text}\n\n`,
  'blanks at the ends of lines': onProse((line) => (line === '' ? line : `${line}  `)),
  'a tab at the ends of lines': onProse((line) => (line === '' ? line : `${line}\t`)),
  'two blank lines above headings': onProse((line) => (/^##+ /.test(line) ? `\n${line}` : line)),
  'two blank lines below headings': onProse((line) => (/^##+ /.test(line) ? `${line}\n` : line)),
  'stars as list marks': onProse((line) => line.replace(/^- /, '* ')),
  'plus signs as list marks': onProse((line) => line.replace(/^- /, '+ ')),
  'three blanks after list marks': onProse((line) => line.replace(/^- \*\*/, '-   **')),
  'the colon outside the emphasis': onProse((line) => line.replace(/^(- \*\*[^*]+):\*\*/, '$1**:')),
  'closed headings': onProse((line) =>
    /^#+ /.test(line) ? `${line} ${/^#+/.exec(line)?.[0]}` : line,
  ),
  'headings with blanks before them': onProse((line) => (/^#+ /.test(line) ? ` ${line}` : line)),
  'setext headings': onProse((line) =>
    /^## [^#]/.test(line) ? `${line.slice(3)}\n${'-'.repeat(line.length - 3)}` : line,
  ),
  'blank lines between list items': onProse((line) =>
    line.startsWith('- **') ? `${line}\n` : line,
  ),
  'underscores escaped in prose': onProse((line) =>
    isRow(line) || line.includes('`') || line.startsWith('- **')
      ? line
      : line.replaceAll('_', '\\_'),
  ),
  'emphasis with underscores in prose': onProse((line) =>
    line.startsWith('- **') || isRow(line) ? line : line.replace(/\*\*([^*]+)\*\*/g, '__$1__'),
  ),
  'fences of four marks': (text) => text.replace(/^```/gm, '````'),
  'one dash in each column': onProse((line) =>
    /^\|(?:-+\|)+$/.test(line) ? line.replace(/-+/g, '-') : line,
  ),
  'bold headers': (text) =>
    text.replace(/^(\|.*\|)(?=\n\|[-:| ]+\|$)/gm, (header) =>
      header.replace(/[^|]+/g, (cell) => (cell.trim() === '' ? cell : ` **${cell.trim()}** `)),
    ),
  'tabs in tables': onProse((line) =>
    isRow(line)
      ? `|${cellsOf(line)
          .map((cell) => `\t${cell}\t`)
          .join('|')}|`
      : line,
  ),
  'comments behind headings': onProse((line) =>
    /^## [A-Z]/.test(line) ? `${line} <!-- omit in toc -->` : line,
  ),
  'an example of a table in indented code': (text) =>
    `${text}\n    | a | b |\n    |---|---|\n    | 1 | 2 |\n`,
  'fences of tildes': (text) => text.replace(/^```/gm, '~~~'),
  'a blank inside the info of fences': (text) => text.replace(/^```yaml /gm, '``` yaml '),
  'line endings of two kinds': (text) => text.replace(/(.*)\n(.*)\n/g, '$1\r\n$2\n'),
  'a comment of a formatter at the start of the body': (text) =>
    text.replace(/^# /m, '<!-- prettier-ignore -->\n\n# '),
  'a table of contents': (text) =>
    text.replace(/^# .*\n/m, '$&\n<!-- toc -->\n\n- Part\n\n<!-- tocstop -->\n'),
  'an empty line at the end with blanks': (text) => `${text}   \n`,
};

const EDITS: Readonly<Record<string, readonly Edit[]>> = {
  'front matter with other keys of an editor': [
    replace(
      'PROJECTS/inventory/LONGRUNNER.md',
      '---\nmission',
      '---\ntags: [work]\naliases: []\ncssclasses: wide\nmission',
    ),
  ],
  'front matter in a page of people': [
    replace('MEMORY.md', '# ', '---\ntags: [a, b]\ncreated: 2026-11-20\n---\n\n# '),
  ],
  'sorted front matter': [
    file(
      'inbox/quarantine/m1.md',
      `---\nchannel: chat\nmention: true\nreceived: 2026-11-20T03:00:00Z\nsender: Bo\nsha256: ${'a'.repeat(64)}\ntime: 2026-11-20T03:00:00Z\nunverified: false\n---\nHello.\n`,
    ),
  ],
  'quoted values in front matter': [
    replace(
      'PROJECTS/garden/LONGRUNNER.md',
      'mission: Know when each plant needs water.',
      'mission: "Know when each plant needs water."',
    ),
  ],
  'lists of front matter on one line': [
    replace(
      'PROJECTS/garden/LONGRUNNER.md',
      '  writes:\n    - outputs/**',
      '  writes: ["outputs/**"]',
    ),
  ],
  'lists of front matter without indent': [
    replace(
      'PROJECTS/garden/LONGRUNNER.md',
      '  writes:\n    - outputs/**',
      '  writes:\n  - outputs/**',
    ),
  ],
  'files of editors and systems': [
    file('.obsidian/app.json', '{}'),
    file('.DS_Store', { bytes: Buffer.from([0, 0, 0, 1, 66, 117, 100, 49]) }),
    file('desktop.ini', '[.ShellClassInfo]\r\n'),
    file('Thumbs.db', { bytes: Buffer.from([0xd0, 0xcf, 0x11, 0xe0]) }),
    file('.vscode/settings.json', '{}'),
  ],
  'what macOS writes beside pages': [
    file('._ACTIVE-PROJECTS.md', { bytes: Buffer.from([0, 5, 22, 7, 0, 0xe9]) }),
    file('PROJECTS/garden/._LONGRUNNER.md', { bytes: Buffer.from([0, 5, 22, 7]) }),
  ],
  'data in another encoding': [
    file('PROJECTS/garden/plants.csv', { bytes: Buffer.from('caf\xe9;1\n', 'latin1') }),
  ],
  'backups of editors': [
    file('ACTIVE-PROJECTS.md~', '# old\n'),
    file('.ACTIVE-PROJECTS.md.swp', { bytes: Buffer.from([98, 48, 0, 0xff]) }),
    file('ACTIVE-PROJECTS.md.orig', '# old\n'),
  ],
  'emoji, Arabic and Chinese in prose and values': [
    replace('ACTIVE-PROJECTS.md', '# Active projects', '# Active projects 🌙'),
    replace('PROJECTS/garden/LONGRUNNER.md', 'mission: Know', 'mission: 🌱 مرحبا 你好 “know”'),
    replace('NOTIFICATIONS.md', 'Name it.', 'Name it – “precisely”, s’il vous plaît.'),
  ],
  'columns in another order': [
    (files) =>
      void files.set(
        'inbox/SENDERS.md',
        text(
          textOf(files, 'inbox/SENDERS.md').replace(/^\| ([^|]+) \| ([^|]+) \|/gm, '| $2 | $1 |'),
        ),
      ),
  ],
  'one more column': [
    (files) =>
      void files.set(
        'ACTIVE-PROJECTS.md',
        text(
          textOf(files, 'ACTIVE-PROJECTS.md')
            .replace('| Escalation |', '| Escalation | Mood |')
            .replace(/^(\|(?:---\|)+)$/m, '$1---|')
            .replace(/^(\| \d .*\|)$/gm, '$1 fine |'),
        ),
      ),
  ],
  'an endpoint in angle brackets': [
    replace(
      'orchestration-os/RUNNERS.md',
      '- **Endpoint:** http://127.0.0.1:11434/v1',
      '- **Endpoint:** <http://127.0.0.1:11434/v1>',
    ),
  ],
  'an example of a database address': [
    file('notes/db.md', '# Database\n\nUse `postgres:postgres@localhost` for tests.\n'),
  ],
  'words that are names of fields in prose': [
    replace('NOTIFICATIONS.md', 'No pass has run yet.', 'No pass has run yet. Status: calm.'),
    file('notes/status.md', '# Status\n\nStatus: open\n\nAnswer: yes\n'),
  ],
  'a table in the prose of a page with sections': [
    replace(
      'orchestration-os/AGENTS-LESSONS.md',
      '## L-20261120-001',
      '| Word | Meaning |\n|---|---|\n| a | b |\n\n## L-20261120-001',
    ),
  ],
  'a footnote': [
    replace(
      'ACTIVE-PROJECTS.md',
      '## What the columns mean',
      'The order counts.[^1]\n\n[^1]: lowest first\n\n## What the columns mean',
    ),
  ],
  'a line of equals signs under a title': [file('notes/title.md', 'Title\n=======\n\nText.\n')],
  'a fence with rows of a table': [
    replace(
      'ACTIVE-PROJECTS.md',
      '## What the columns mean',
      '```text\n| 1 | example |\n```\n\n## What the columns mean',
    ),
  ],
};

export type Harmless = { readonly name: string; readonly files: Files };

export function harmlessEdits(): readonly Harmless[] {
  return [
    ...Object.entries(REFORMATS).map(([name, reformat]) => ({
      name,
      files: withPages((content, path) => reformat(content, path)),
    })),
    ...Object.entries(EDITS).map(([name, edits]) => {
      const files = new Map<string, Content>(fullFiles());
      for (const edit of edits) edit(files);
      return { name, files };
    }),
  ];
}

function withPages(reformat: Reformat): Files {
  const files = new Map<string, Content>(fullFiles());
  for (const path of PAGES) files.set(path, text(reformat(textOf(files, path), path)));
  return files;
}
