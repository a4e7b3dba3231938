/**
 * What a project's unfinished pass has done, said and been asked: one file a project in the state
 * directory, outside the workspace. Each line is without credentials, linked to the one before it,
 * and on the disk before anything follows from it.
 */
import { join } from 'node:path';
import type { TalkEntry } from '../../agents/kept-run.js';
import type { ReachedLimit } from '../../agents/reached-limit.js';
import { withoutSecretsIn } from '../../governance/guard/secrets.js';
import type { AssertionResult } from '../../governance/types.js';
import type { Unit } from '../../governance/unit.js';
import { cutLine, genesis, link, linkedLine } from '../../kernel/chain.js';
import { closeSync, openSync, readdirSync } from '../../kernel/files.js';
import { parsedJson } from '../../kernel/parsed-json.js';
import {
  flush,
  makeDirectory,
  removeIfThere,
  writeAll,
  writeFileDurably,
} from '../../workspace/durable.js';
import { readTextIfThere } from '../../workspace/read-if-there.js';
import { errnoOf, onFile, storageError } from '../../workspace/storage-error.js';

/**
 * What one pass leaves, another of the same work goes on with. A slug has no slash, a unit has.
 * Programs begin again.
 */
export function workName({
  project,
  unit,
}: {
  readonly project: string | undefined;
  readonly unit?: Unit;
}): string | undefined {
  if (unit === undefined) return project;
  return unit.command === undefined ? (unit.work ?? unit.id) : undefined;
}

const FOLDER = 'unfinished';
const SUFFIX = '.jsonl';
const VERSION = 1;

/**
 * What must be the same for a later pass to go on: with another model it would be another agent.
 */
export type KeptFor = {
  readonly phase: string;
  readonly objective: string;
  readonly runner: string;
  readonly kind: string;
  readonly model: string;
  /** Endpoint or program. */
  readonly place: string;
};

export type Begin = {
  readonly kind: 'begin';
  readonly version: number;
  readonly runId: string;
  readonly at: string;
  readonly for: KeptFor;
  readonly prompt: string;
};
/** What the pass had come to when it stopped. */
export type Parked = {
  readonly kind: 'parked';
  readonly runId: string;
  readonly at: string;
  readonly limit: ReachedLimit;
  readonly session?: string;
  readonly work: Carried;
  /** What the agent knows of, by hash. */
  readonly files: Readonly<Record<string, string>>;
  readonly undone: readonly { readonly path: string; readonly why: string }[];
};
/** For the grade of the pass that goes on: what was done counts as its own. */
export type Carried = {
  readonly outputs: readonly string[];
  readonly novel: number;
  readonly words: number;
  /** The stop condition as it was when the work began. */
  readonly before: readonly AssertionResult[];
};
type Line = Begin | Parked | TalkEntry;

export type KeptWork =
  | { readonly kind: 'none' }
  | { readonly kind: 'damaged' }
  | {
      readonly kind: 'kept';
      readonly first: Begin;
      readonly last: Begin;
      /** Passes in a row that died before their model answered. */
      readonly crashes: number;
      readonly entries: readonly TalkEntry[];
      /** Of the last pass; missing if it did not get so far. */
      readonly parked?: Parked;
    };

export function keptWork(state: string, slug: string): KeptWork {
  const read = readLines(state, slug);
  if (read === undefined) return { kind: 'none' };
  const [first] = read.lines;
  if (read.isDamaged || first?.kind !== 'begin' || first.version !== VERSION)
    return { kind: 'damaged' };
  let [last, parked, crashes] = [first, undefined as Parked | undefined, 0];
  const entries: TalkEntry[] = [];
  for (const line of read.lines)
    if (line.kind === 'begin') [last, parked, crashes] = [line, undefined, crashes + 1];
    else if (line.kind === 'parked') [parked, crashes] = [line, 0];
    else {
      entries.push(line);
      if (line.kind === 'answer') crashes = 0;
    }
  const kept = { kind: 'kept' as const, first, last, crashes, entries };
  return parked === undefined ? kept : { ...kept, parked };
}

export type Keeper = (entry: TalkEntry | Begin | Parked) => void;

/** Begins the file, or goes on with it. */
export function keeperOf(state: string, slug: string, goesOn: boolean): Keeper {
  makeDirectory(join(state, FOLDER), 0o700);
  const path = pathOf(state, slug);
  const read = goesOn ? readLines(state, slug) : undefined;
  let previous = read?.link ?? genesis(nameOf(slug));
  // A line that a crash has cut would spoil the next one.
  if (read === undefined || read.isTorn) writeFileDurably(path, read?.text ?? '', { mode: 0o600 });
  return (entry) => {
    const own = linkedLine(previous, maskedLine(entry));
    appendDurably(path, `${own.line}\n`);
    previous = own.link;
  };
}

export function dropWork(state: string, slug: string): void {
  removeIfThere(pathOf(state, slug));
}

/** The projects of which something is kept. */
export function projectsWithWork(state: string): readonly string[] {
  const folder = join(state, FOLDER);
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => decodeURIComponent(name.slice(0, -SUFFIX.length)));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw storageError(error, folder, 'list');
  }
}

function maskedLine(entry: Line): Line {
  const kept = withoutSecretsIn(entry);
  if (entry.kind !== 'answer' || kept.kind !== 'answer') return kept;
  const isMasked = entry.calls.some(
    (call, i) => call.argumentsText !== kept.calls[i]?.argumentsText,
  );
  return isMasked ? { ...kept, masked: true } : kept;
}

type Read = {
  readonly lines: readonly Line[];
  readonly isDamaged: boolean;
  readonly isTorn: boolean;
  /** Of the last whole line, and the text up to there. */
  readonly link: string;
  readonly text: string;
};

function readLines(state: string, slug: string): Read | undefined {
  const text = readTextIfThere(pathOf(state, slug));
  if (text === undefined) return undefined;
  const end = text.lastIndexOf('\n') + 1;
  const lines: Line[] = [];
  let previous = genesis(nameOf(slug));
  let isDamaged = false;
  for (const line of text.slice(0, end).split('\n').slice(0, -1)) {
    const cut = cutLine(line);
    const body = cut === undefined ? undefined : parsedJson(cut.body);
    if (cut === undefined || cut.link !== link(previous, [cut.body]) || body === undefined) {
      isDamaged = true;
      break;
    }
    lines.push(body as Line);
    previous = cut.link;
  }
  return { lines, isDamaged, isTorn: end < text.length, link: previous, text: text.slice(0, end) };
}

function appendDurably(path: string, text: string): void {
  const descriptor = onFile(path, 'open', () => openSync(path, 'a', 0o600));
  try {
    onFile(path, 'append to', () => writeAll(descriptor, Buffer.from(text)));
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  flush(path, descriptor);
}

function nameOf(slug: string): string {
  return `${FOLDER}/${encodeURIComponent(slug)}`;
}

function pathOf(state: string, slug: string): string {
  return join(state, `${nameOf(slug)}${SUFFIX}`);
}
