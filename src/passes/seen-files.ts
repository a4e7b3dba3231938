/**
 * What a pass has read and written, one line each in a small file of the run in the state
 * directory: every process of the pass reads it, and it goes with the pass.
 */
import { appendFileSync, rmSync } from '../kernel/files.js';
import { join } from 'node:path';
import type { LineRange, SeenFile, SeenFiles } from '../tools/seen-file.js';
import { makeDirectory } from '../workspace/durable.js';
import { readTextIfThere } from '../workspace/read-if-there.js';
import { onFile } from '../workspace/storage-error.js';

const FOLDER = 'seen';

type Line = { readonly path: string; readonly hash: string; readonly lines?: LineRange };

export function seenFiles(state: string, runId: string): SeenFiles {
  const file = fileOf(state, runId);
  return {
    last: (path) => lastSeen(readTextIfThere(file) ?? '', path),
    note(path, hash, lines) {
      makeDirectory(join(state, FOLDER), 0o700);
      const line = JSON.stringify({ path, hash, lines } satisfies Record<keyof Line, unknown>);
      onFile(file, 'write', () => appendFileSync(file, `${line}\n`, { mode: 0o600 }));
    },
  };
}

export function forgetSeenFiles(state: string, runId: string): void {
  rmSync(fileOf(state, runId), { force: true });
}

function lastSeen(text: string, path: string): SeenFile | undefined {
  const mark = `{"path":${JSON.stringify(path)},`;
  let hash: string | undefined;
  let whole = false;
  let ranges: LineRange[] = [];
  for (const line of text.split('\n')) {
    // A crash can leave the last line incomplete: what it says was then not seen.
    if (!line.startsWith(mark) || !line.endsWith('}')) continue;
    const entry = JSON.parse(line) as Line;
    if (entry.hash !== hash) [hash, whole, ranges] = [entry.hash, false, []];
    if (entry.lines !== undefined) ranges.push(entry.lines);
    whole ||= entry.lines === undefined || coversAll(ranges, entry.lines.of);
  }
  return hash === undefined ? undefined : { hash, whole };
}

function coversAll(ranges: readonly LineRange[], count: number): boolean {
  let next = 1;
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from))
    if (from <= next) next = Math.max(next, to + 1);
  return next > count;
}

function fileOf(state: string, runId: string): string {
  return join(state, FOLDER, `${runId}.jsonl`);
}
