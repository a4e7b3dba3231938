/** Chained logs made for tests, and the ways to tamper with them. */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { genesis, link } from '../../src/kernel/chain.js';
import { formatRow } from '../../src/markdown/row.js';
import { verifyLog, type LogVerdict } from '../../src/integrity/verify-log.js';
import type { Anchor } from '../../src/workspace/storage-types.js';

export const LOG = 'audit/LOG.md';
export const FIRST_LINE = 7;

/** `lines[0]` is the first row's line; `head` ends with the line under the column names. */
export type BuiltLog = {
  readonly head: string;
  readonly lines: readonly string[];
  readonly anchor: Anchor;
};

export function buildLog(
  rows: readonly (readonly string[])[],
  columns: readonly string[],
): BuiltLog {
  const head = `# Log\n\n## Rows\n\n${formatRow([...columns, 'Chain'])}\n|${'---|'.repeat(columns.length + 1)}\n`;
  let last = genesis(LOG);
  const lines = rows.map((values) => {
    last = link(last, values);
    return formatRow([...values, last]);
  });
  return {
    head,
    lines,
    anchor: { head: last, rows: rows.length, bytes: Buffer.byteLength(textOf(head, lines)) },
  };
}

/** Rows `1 | what happened 1`, …; without numbers when `numbered` is false. */
export function sampleLog(count: number, numbered = true): BuiltLog {
  const values = Array.from({ length: count }, (_, i) => [
    ...(numbered ? [String(i + 1)] : []),
    `2026-11-21T01:${String(i % 60).padStart(2, '0')}:00Z`,
    `what happened ${i + 1}`,
  ]);
  return buildLog(values, [...(numbered ? ['Seq'] : []), 'Time', 'Detail']);
}

export function textOf(head: string, lines: readonly string[]): string {
  return head + lines.map((line) => `${line}\n`).join('');
}

export function verifyText(
  directory: string,
  text: string | Buffer,
  anchors: readonly Anchor[] | undefined,
): LogVerdict {
  const path = join(directory, 'log.md');
  const file = rewritable(path);
  file.set(Buffer.from(text));
  file.close();
  return verifyLog(path, {
    file: LOG,
    ...(anchors === undefined ? {} : { anchors: () => anchors }),
  });
}

/** The row with other values, and the link that belongs to them after `previous`. */
export function forge(previous: string, values: readonly string[]): string {
  return formatRow([...values, link(previous, values)]);
}

export function linkOf(line: string | undefined): string {
  return line?.slice(-34, -2) ?? '';
}

/**
 * A file whose content is replaced in place, thousands of times a second (emptying a file first
 * makes the system flush it).
 */
export function rewritable(path: string): {
  readonly set: (bytes: Buffer) => void;
  readonly close: () => void;
} {
  const descriptor = openSync(path, 'w+');
  return {
    set: (bytes) => {
      writeSync(descriptor, bytes, 0, bytes.length, 0);
      ftruncateSync(descriptor, bytes.length);
    },
    close: () => closeSync(descriptor),
  };
}
