/**
 * A workspace that moves from generation to generation in one transaction each, so that any mixture
 * of two generations shows.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { genesis, link } from '../../../src/kernel/chain.js';
import { sha256 } from '../../../src/kernel/hash.js';
import { readAnchors, writeAnchors } from '../../../src/workspace/anchors.js';
import type { AppendOp, StorageOp } from '../../../src/workspace/storage-types.js';
import { walk } from '../../../src/workspace/walk.js';

export type Place = { readonly root: string; readonly state: string };

const FILES = ['A.md', 'B.md', 'PROJECTS/one/C.md', 'PROJECTS/two/D.md'];
/**
 * There in odd and in even generations only: every transaction creates one (in a directory of its
 * own) and deletes the other.
 */
const ODD = 'PROJECTS/odd/deep/E.md';
const EVEN = 'PROJECTS/one/F.md';
const LOGS = ['audit/LOG.md', 'audit/CHANGES.md'];
const HEADER = '| Generation | Part | Chain |\n|---|---|---|\n';

export function makePlace(directory: string): Place {
  const place = { root: join(directory, 'workspace'), state: join(directory, 'state') };
  for (const path of [
    place.state,
    join(place.root, 'PROJECTS/one'),
    join(place.root, 'PROJECTS/two'),
    join(place.root, 'audit'),
  ])
    mkdirSync(path, { recursive: true });
  for (const path of [...FILES, EVEN]) writeFileSync(join(place.root, path), contentOf(path, 0));
  for (const path of LOGS) writeFileSync(join(place.root, path), HEADER);
  writeAnchors(place.state, {
    version: 1,
    logs: Object.fromEntries(
      LOGS.map((path) => [path, { head: genesis(path), rows: 0, bytes: HEADER.length }]),
    ),
  });
  return place;
}

export function contentOf(path: string, generation: number): string {
  return `# ${path}\n\ngeneration ${generation}\n\n${`text of ${generation} in ${path}. `.repeat(1 + ((generation * 7 + path.length) % 40))}\n`;
}

/** Everything that leads from one generation to the next. */
export function opsTo(place: Place, generation: number): StorageOp[] {
  const write = (path: string, before: string | undefined): StorageOp => ({
    kind: 'write',
    path,
    content: Buffer.from(contentOf(path, generation)),
    before,
  });
  const now = (path: string): string => sha256(readFileSync(join(place.root, path)));
  const [come, go] = generation % 2 === 1 ? [ODD, EVEN] : [EVEN, ODD];
  return [
    ...FILES.map((path) => write(path, now(path))),
    write(come, undefined),
    { kind: 'delete', path: go, before: now(go) },
    ...LOGS.map((path, i) => appendOp(place, path, rowsOf(generation, 1 + i * 2))),
  ];
}

export function rowsOf(generation: number, count: number): string[][] {
  return Array.from({ length: count }, (_, i) => [String(generation), `part ${i + 1} of ${count}`]);
}

/** Rows linked to the log's anchor. */
export function appendOp(
  place: Place,
  path: string,
  rows: readonly (readonly string[])[],
): AppendOp {
  const anchor = readAnchors(place.state).logs[path] ?? { head: genesis(path), rows: 0, bytes: 0 };
  let { head } = anchor;
  const lines = rows.map((row) => {
    head = link(head, row);
    return `| ${row.join(' | ')} | ${head} |\n`;
  });
  return {
    kind: 'append',
    path,
    offset: anchor.bytes,
    content: Buffer.from(lines.join('')),
    head,
    rows: anchor.rows + rows.length,
  };
}

/**
 * The one generation that the workspace is in. @throws Error saying what is mixed, torn, unchained
 * or left over.
 */
export function generationOf(place: Place): number {
  const found = /generation (\d+)/.exec(read(place, FILES[0] ?? ''))?.[1];
  const generation = Number(found);
  if (found === undefined) throw new Error('the first file has no generation');
  for (const path of FILES)
    if (read(place, path) !== contentOf(path, generation))
      throw new Error(
        `${path} is not of generation ${generation}: ${read(place, path).slice(0, 60)}`,
      );
  [EVEN, ODD].forEach((path, i) => {
    const found = existsSync(join(place.root, path)) ? read(place, path) : undefined;
    if (found !== (generation % 2 === i ? contentOf(path, generation) : undefined))
      throw new Error(`${path} does not fit generation ${generation}`);
  });
  LOGS.forEach((path, i) => checkLog(place, path, { generation, perGeneration: 1 + i * 2 }));
  checkNothingLeft(place);
  return generation;
}

/**
 * Reads a log row by row: form, links, and the anchor at its end. Returns the rows without their
 * links.
 */
export function readLog(place: Place, path: string): string[][] {
  const text = read(place, path);
  if (!text.startsWith(HEADER) || !text.endsWith('\n'))
    throw new Error(`${path} is torn at one end`);
  let head = genesis(path);
  const rows = text
    .slice(HEADER.length)
    .split('\n')
    .slice(0, -1)
    .map((line, i) => {
      const cells = /^\| (.*) \|$/.exec(line)?.[1]?.split(' | ') ?? [];
      const chain = cells.pop();
      head = link(head, cells);
      if (chain !== head)
        throw new Error(`${path}: row ${i + 1} is not linked to the one before: ${line}`);
      return cells;
    });
  const { logs, pending } = readAnchors(place.state);
  const expected = { head, rows: rows.length, bytes: Buffer.byteLength(text) };
  if (JSON.stringify(logs[path]) !== JSON.stringify(expected))
    throw new Error(
      `the anchor of ${path} is ${JSON.stringify(logs[path])}, the log says ${JSON.stringify(expected)}`,
    );
  if (pending !== undefined) throw new Error('pending anchors are left');
  return rows;
}

function checkLog(
  place: Place,
  path: string,
  { generation, perGeneration }: { readonly generation: number; readonly perGeneration: number },
): void {
  const rows = readLog(place, path);
  const expected = Array.from({ length: generation }, (_, i) =>
    rowsOf(i + 1, perGeneration),
  ).flat();
  if (JSON.stringify(rows) !== JSON.stringify(expected))
    throw new Error(
      `${path} has ${rows.length} rows that are not those of generations 1 to ${generation}`,
    );
}

function checkNothingLeft({ root, state }: Place): void {
  const left: string[] = [];
  walk(root, (path) => left.push(path));
  left.push(
    ...names(join(root, '.nocturne')).filter(
      (name) => name !== 'journal' && !name.startsWith('commit.'),
    ),
  );
  left.push(...names(join(root, '.nocturne/journal')).filter((name) => name !== 'spare'));
  left.push(...names(state).filter((name) => !['anchors.json', 'journal.key'].includes(name)));
  if (left.length > 0) throw new Error(`left over: ${left.join(', ')}`);
}

function names(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function read({ root }: Place, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
