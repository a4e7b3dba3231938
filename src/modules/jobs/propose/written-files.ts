/** What one run wrote below a folder, by the hashes from before and after it. */
import { join } from 'node:path';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { plural } from '../../../kernel/words.js';
import { readIfPlain } from '../../../workspace/file-content.js';
import type { Snapshot } from '../../../workspace/types.js';
import { type BaseFolder, openBase } from '../base-folder.js';
import type { Job } from '../job.js';
import { type Look, lookAtFiles, type SeenFile } from '../look-at-files.js';
import type { TextFacts, WrittenFile } from './watched-job.js';

const MOST_FILES = 20_000;
const MOST_BYTES = 512 * 1024 * 1024;
const MOST_LISTED = 200;
/** Of larger files only the size is known. */
const MOST_TEXT = 4 * 1024 * 1024;
const MOST_HEADINGS = 50;
const MOST_KEYS = 50;
const LONGEST_LINE = 200;

/** Lines that programs print when they fail. */
export const COMPLAINT = '^\\W*(?:error|fatal|panic|traceback|exception|failed|usage:)';

/** @throws NocturneError `CONFIG` for a folder that is not there, or too large to be compared. */
export function lookAtAll(snapshot: Snapshot, base: string): Look {
  const folder = openBase(snapshot, base);
  const problem = folder.exists ? sizeProblem(folder) : 'there is no such folder';
  if (problem !== undefined)
    throw new NocturneError('CONFIG', `${folder.path} cannot be watched: ${problem}`, {
      hint: 'name the folder in which the job writes: --base DIR',
    });
  return lookAtFiles(folder, EVERYTHING);
}

const EVERYTHING: Pick<Job, 'fresh' | 'requires' | 'proves'> = {
  fresh: ['**'],
  requires: [],
  proves: [],
};

function sizeProblem({ snapshot, folder }: BaseFolder): string | undefined {
  const prefix = folder === '' ? '' : `${folder}/`;
  const files = [...snapshot.files.values()].filter(({ path }) => path.startsWith(prefix));
  if (files.length > MOST_FILES)
    return `it has ${plural(files.length, 'file')}, and at most ${MOST_FILES} are compared`;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return bytes > MOST_BYTES
    ? `its files have ${Math.round(bytes / 1024 / 1024)} MB, and at most ${MOST_BYTES / 1024 / 1024} are compared`
    : undefined;
}

/** Sorted by path. @param path of the folder. */
export function writtenFiles(
  before: Look,
  after: Look,
  path: string,
): { readonly files: readonly WrittenFile[]; readonly unlisted: number } {
  const written = Object.entries(after.files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, now]) => {
      const then = before.files[name];
      if (then?.changed === now.changed && then.sha256 === now.sha256) return [];
      return [{ path: name, how: howWritten(then, now), bytes: now.size }];
    });
  return {
    files: written.slice(0, MOST_LISTED).map((file) => {
      const text = textFacts(file.bytes, join(path, file.path));
      return text === undefined ? file : { ...file, text };
    }),
    unlisted: Math.max(0, written.length - MOST_LISTED),
  };
}

function howWritten(then: SeenFile | undefined, now: SeenFile): WrittenFile['how'] {
  if (then === undefined) return 'new';
  return then.sha256 === now.sha256 ? 'rewritten' : 'changed';
}

/** `undefined`: it is not text, or too large. */
function textFacts(bytes: number, path: string): TextFacts | undefined {
  const content = bytes > MOST_TEXT ? undefined : readIfPlain(path);
  if (content === undefined || content.includes(0)) return undefined;
  const text = content.toString('utf8');
  if (text.includes('\uFFFD')) return undefined;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const json = jsonFacts(text);
  return defined({
    lines: lines.length,
    firstLine: lines[0]?.trim().slice(0, LONGEST_LINE) ?? '',
    headings: lines.filter((line) => /^#{1,6} \S/.test(line)).slice(0, MOST_HEADINGS),
    complains: new RegExp(COMPLAINT, 'im').test(text),
    json,
  });
}

function jsonFacts(text: string): TextFacts['json'] {
  const value = /^\s*[[{]/.test(text) ? parsedJson(text) : undefined;
  if (Array.isArray(value)) return { items: value.length };
  return typeof value === 'object' && value !== null
    ? { keys: Object.keys(value).slice(0, MOST_KEYS) }
    : undefined;
}
