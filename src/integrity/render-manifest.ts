/** Renders INTEGRITY-MANIFEST.md: replaces the seal and the table, and nothing around them. */
import { formatRow } from '../markdown/row.js';
import { keptDoc } from '../markdown/kept-docs.js';
import type { Doc } from '../markdown/types.js';
import {
  MANIFEST_COLUMNS,
  MANIFEST_HEADING,
  type ManifestRow,
  manifestTable,
  readSeal,
  SEAL_FIELDS,
  type SealField,
} from './manifest.js';

export type ManifestContent = {
  readonly workspace: string;
  readonly key: string;
  readonly signedAt: string;
  readonly signature: string;
  readonly rows: readonly Omit<ManifestRow, 'line'>[];
};

const EMPTY = `---
---

# Integrity manifest

The hashes of the protected files, signed by the owner. \`nocturne sign\` writes this page.
`;

/** Sorts rows by file. @param current the manifest as it is; `undefined`: makes a new one. */
export function renderManifest(current: string | undefined, content: ManifestContent): string {
  const withRows = replaceTable(current ?? EMPTY, content.rows);
  return replaceSeal(withRows, {
    workspace: content.workspace,
    key: content.key,
    signed_at: content.signedAt,
    signature: content.signature,
  });
}

function replaceTable(text: string, rows: ManifestContent['rows']): string {
  const doc = keptDoc(text);
  const sorted = [...rows].sort((a, b) => (a.file < b.file ? -1 : 1));
  const lines = [
    formatRow(MANIFEST_COLUMNS),
    `|${'---|'.repeat(MANIFEST_COLUMNS.length)}`,
    ...sorted.map((row) => formatRow([row.file, row.sha256, row.signedBy, row.signedAt])),
  ];
  const table = manifestTable(doc, []);
  if (table !== undefined)
    return text.slice(0, table.start) + lines.join(doc.eol) + text.slice(table.end);
  const heading = doc.headings.find(
    (candidate) => candidate.depth === 2 && candidate.text === MANIFEST_HEADING,
  );
  if (heading !== undefined)
    return `${text.slice(0, heading.end)}${doc.eol}${doc.eol}${lines.join(doc.eol)}${doc.eol}${text.slice(heading.end)}`;
  const gap = text === '' || text.endsWith('\n') ? '' : doc.eol;
  return `${text}${gap}${doc.eol}## ${MANIFEST_HEADING}${doc.eol}${doc.eol}${lines.join(doc.eol)}${doc.eol}`;
}

function replaceSeal(text: string, values: Readonly<Record<SealField, string>>): string {
  const doc = keptDoc(text);
  const front = doc.frontMatter;
  const write = (field: SealField): string =>
    `${field}: ${values[field] === '' ? 'null' : values[field]}`;
  if (front === undefined) {
    const bom = text.startsWith('\ufeff') ? 1 : 0;
    return `${text.slice(0, bom)}${['---', ...SEAL_FIELDS.map(write), '---', ''].join(doc.eol)}${doc.eol}${text.slice(bom)}`;
  }
  const kept = keptLines(doc, front.contentStart, front.contentEnd);
  const written = new Set<string>();
  const lines = kept.flatMap((line) => {
    const field = SEAL_FIELDS.find((name) => line.startsWith(`${name}:`));
    if (field === undefined) return [line];
    if (written.has(field)) return [];
    written.add(field);
    return [write(field)];
  });
  for (const field of SEAL_FIELDS) if (!written.has(field)) lines.push(write(field));
  return (
    text.slice(0, front.contentStart) +
    lines.map((line) => line + doc.eol).join('') +
    text.slice(front.contentEnd)
  );
}

/** The lines of the front matter. A line that the gate cannot read becomes a comment. */
function keptLines(doc: Doc, start: number, end: number): string[] {
  const problems: { line: number; message: string }[] = [];
  readSeal(doc, problems);
  const lines = doc.text
    .slice(start, end)
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/\r$/, ''));
  const isSeal = (line: string): boolean =>
    SEAL_FIELDS.some((field) => line.startsWith(`${field}:`));
  return lines.map((line, i) =>
    problems.some((problem) => problem.line === i + 2) && !isSeal(line) ? `# ${line}` : line,
  );
}
