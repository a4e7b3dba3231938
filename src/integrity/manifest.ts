/**
 * INTEGRITY-MANIFEST.md as the gate reads it: strictly, because the gate trusts only what it can
 * read exactly. The owner's signature covers every row and, through a hash, every other byte of the
 * file except the signature itself.
 */
import { sha256 } from '../kernel/hash.js';
import { decodeCell } from '../markdown/cell.js';
import { keptDoc } from '../markdown/kept-docs.js';
import type { Doc, Table } from '../markdown/types.js';

export const MANIFEST_FILE = 'INTEGRITY-MANIFEST.md';
export const MANIFEST_HEADING = 'Protected files';
export const MANIFEST_COLUMNS = ['File', 'SHA256', 'Signed by', 'Signed at'] as const;
export const SEAL_FIELDS = ['workspace', 'key', 'signed_at', 'signature'] as const;
export type SealField = (typeof SEAL_FIELDS)[number];

export type ManifestRow = {
  readonly file: string;
  readonly sha256: string;
  readonly signedBy: string;
  readonly signedAt: string;
  readonly line: number;
};
/** `textHash`: SHA-256 of the file without the signature's characters. Empty fields are `''`. */
export type Manifest = {
  readonly workspace: string;
  readonly key: string;
  readonly signedAt: string;
  readonly signature: string;
  readonly rows: readonly ManifestRow[];
  readonly textHash: string;
};
export type ManifestProblem = {
  readonly line: number;
  readonly file?: string;
  readonly message: string;
};

/** Everything that could be read, and all problems. A manifest with problems proves nothing. */
export function parseManifest(text: string): {
  readonly manifest: Manifest;
  readonly problems: readonly ManifestProblem[];
} {
  const doc = keptDoc(text);
  const problems: ManifestProblem[] = [];
  const seal = readSeal(doc, problems);
  const rows = readRows(doc, problems);
  const value = (field: SealField): string => seal.get(field)?.value ?? '';
  const signature = seal.get('signature');
  const textHash = sha256(
    signature === undefined || signature.value === ''
      ? text
      : text.slice(0, signature.start) + text.slice(signature.end),
  );
  return {
    manifest: {
      workspace: value('workspace'),
      key: value('key'),
      signedAt: value('signed_at'),
      signature: value('signature'),
      rows,
      textHash,
    },
    problems,
  };
}

/**
 * The text that the owner signs with Ed25519. It is injective: no part contains a tab or newline.
 */
export function signedText(manifest: Omit<Manifest, 'signature'>): string {
  const rows = [...manifest.rows]
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .map((row) => `${row.file}\t${row.sha256}\t${row.signedBy}\t${row.signedAt}\n`);
  return `nocturne manifest v1\n${manifest.workspace}\n${manifest.key}\n${manifest.signedAt}\n${rows.join('')}text\t${manifest.textHash}\n`;
}

export type SealLine = {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
};

/**
 * The front matter's `key: value` lines; nulls are `''`. Other keys are allowed, nesting is not.
 */
export function readSeal(doc: Doc, problems: ManifestProblem[]): ReadonlyMap<string, SealLine> {
  const seal = new Map<string, SealLine>();
  const front = doc.frontMatter;
  if (front === undefined) {
    problems.push({
      line: 1,
      message: `the front matter with ${SEAL_FIELDS.join(', ')} is missing or not closed`,
    });
    return seal;
  }
  let line = 2;
  let start = front.contentStart;
  for (const raw of doc.text.slice(front.contentStart, front.contentEnd).split('\n').slice(0, -1)) {
    readSealLine({ raw: raw.replace(/\r$/, ''), line, start }, seal, problems);
    start += raw.length + 1;
    line++;
  }
  for (const field of SEAL_FIELDS)
    if (!seal.has(field)) problems.push({ line: 1, message: `the front matter has no ${field}` });
  return seal;
}

function readSealLine(
  source: { readonly raw: string; readonly line: number; readonly start: number },
  seal: Map<string, SealLine>,
  problems: ManifestProblem[],
): void {
  const { raw, line } = source;
  if (raw === '' || raw.startsWith('#')) return;
  const [, key = '', gap = '', written = ''] = /^([a-z_]+):( *)(\S.*)?$/.exec(raw) ?? [];
  if (
    key === '' ||
    (written !== '' && gap === '') ||
    /[ \t]$/.test(raw.slice(key.length + 1)) ||
    /["'#\t{}[\]]/.test(written)
  ) {
    problems.push({
      line,
      message: `this line of the front matter is not "key: value" with a plain value: ${JSON.stringify(raw.slice(0, 60))}`,
    });
    return;
  }
  if (seal.has(key)) problems.push({ line, message: `the front matter has ${key} twice` });
  const start = source.start + key.length + 1 + gap.length;
  const value = written === 'null' || written === '~' ? '' : written;
  seal.set(key, { value, start, end: start + written.length, line });
}

/** The table of protected files, if there is exactly one with the right columns. */
export function manifestTable(doc: Doc, problems: ManifestProblem[]): Table | undefined {
  const headings = doc.headings.filter(
    (heading) => heading.depth === 2 && heading.text === MANIFEST_HEADING,
  );
  const [heading, second] = headings;
  if (heading === undefined)
    return missing(problems, 1, `there is no heading "## ${MANIFEST_HEADING}"`);
  if (second !== undefined)
    return missing(problems, second.line, `there are two headings "## ${MANIFEST_HEADING}"`);
  const end =
    doc.headings.find((other) => other.start > heading.start && other.depth <= 2)?.start ??
    doc.text.length;
  const [table, other] = doc.tables.filter(
    (candidate) => candidate.start > heading.start && candidate.start < end,
  );
  if (table === undefined)
    return missing(problems, heading.line, `there is no table under "## ${MANIFEST_HEADING}"`);
  if (other !== undefined)
    problems.push({
      line: other.header.line,
      message: `there is a second table under "## ${MANIFEST_HEADING}"`,
    });
  const columns = table.header.cells.map((cell) => doc.text.slice(cell.start, cell.end));
  if (columns.join('|') !== MANIFEST_COLUMNS.join('|'))
    return missing(
      problems,
      table.header.line,
      `the table's columns are ${columns.join(', ')}; expected ${MANIFEST_COLUMNS.join(', ')}`,
    );
  return table;
}

function missing(problems: ManifestProblem[], line: number, message: string): undefined {
  problems.push({ line, message });
  return undefined;
}

function readRows(doc: Doc, problems: ManifestProblem[]): readonly ManifestRow[] {
  const rows: ManifestRow[] = [];
  const seen = new Map<string, number>();
  for (const { cells, line } of manifestTable(doc, problems)?.rows ?? []) {
    const values = cells.map((cell) => doc.text.slice(cell.start, cell.end));
    if (values.length !== MANIFEST_COLUMNS.length) {
      problems.push({
        line,
        message: `this row has ${values.length} cells; expected ${MANIFEST_COLUMNS.length}`,
      });
      continue;
    }
    const [file = '', hash = '', signedBy = '', signedAt = ''] = values.map(decodeCell);
    const problem = rowProblem({ file, sha256: hash, signedBy, signedAt });
    if (problem !== undefined) problems.push({ line, file, message: problem });
    const before = seen.get(file);
    if (before !== undefined)
      problems.push({ line, file, message: `${file} already has a row, on line ${before}` });
    seen.set(file, line);
    rows.push({ file, sha256: hash, signedBy, signedAt, line });
  }
  return rows;
}

function rowProblem({
  file,
  sha256: hash,
  signedBy,
  signedAt,
}: Omit<ManifestRow, 'line'>): string | undefined {
  if (!isPlainPath(file))
    return `${JSON.stringify(file)} is not the path of a file in the workspace`;
  if (!/^[0-9a-f]{64}$/.test(hash))
    return `the SHA256 of ${file} is not 64 lower-case hex characters`;
  if (!isPlainText(signedBy))
    return `the name of the person who signed ${file} is not one line of plain text`;
  if (signedAt !== '' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(signedAt))
    return `the time at which ${file} was signed is not a UTC time such as 2026-11-21T01:30:00Z`;
  return undefined;
}

/** No control characters, so that the parts of the signed text stay apart. */
export function isPlainText(text: string): boolean {
  return !/[\u0000-\u001f\u007f]/.test(text);
}

/** Relative, with `/`, without empty or dotted parts or control characters: unique for a file. */
export function isPlainPath(path: string): boolean {
  return (
    path !== '' &&
    isPlainText(path) &&
    !path.includes('\\') &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}
