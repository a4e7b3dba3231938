/**
 * What other nodes ask the agents of this one, in the state directory: the question, what its agent
 * prints while it works, and how that ended. The process that runs the pass need not be the one
 * that is connected.
 */
import { join } from 'node:path';
import { sha256 } from '../../../kernel/hash.js';
import { makeDirectory, removeIfThere } from '../../../workspace/durable.js';
import { listIfThere } from '../../../workspace/read-if-there.js';
import { readJson, writeJsonDurably } from '../../../workspace/state-home.js';
import { meshDirectory } from '../identity.js';

export type Ask = {
  /** Of its files and of its unit. */
  readonly name: string;
  readonly from: string;
  readonly objective: string;
  /** A runner of RUNNERS.md; empty: that of the project for guests. */
  readonly agent: string;
  /** Milliseconds by this node's clock: after that nobody waits. */
  readonly until: number;
  /** The pass that works on it. */
  readonly runId?: string;
};
export type AskResult = {
  readonly outcome: 'proved' | 'unproved' | 'broken';
  readonly why: string;
  readonly runId: string;
  readonly summary: string;
  readonly report: string;
  readonly minutes: number;
};
/** `bytes` that it has printed, and the last of them. */
export type HeardOutput = { readonly bytes: number; readonly tail: string };

/** As long as their receipts. */
const KEPT_MS = 14 * 24 * 3_600_000;

type Kind = 'ask' | 'result' | 'heard' | 'note';

export function askName(from: string, key: string): string {
  return `${from}.${sha256(key).slice(0, 16)}`;
}

export function writeAsk(state: string, ask: Ask): void {
  write(state, ask.name, 'ask', ask);
}

export function readAsk(state: string, name: string): Ask | undefined {
  return readJson<Ask>(pathOf(state, name, 'ask'));
}

/** Those that are not answered and not too late. */
export function openAsks(state: string, now: number): readonly Ask[] {
  return listIfThere(folderOf(state)).flatMap((file) => {
    const [, name] = /^(.+)\.ask\.json$/.exec(file) ?? [];
    const ask = name === undefined ? undefined : readAsk(state, name);
    return ask === undefined || ask.until <= now || readAnswered(state, ask.name) !== undefined
      ? []
      : [ask];
  });
}

export function readAnswered(state: string, name: string): AskResult | undefined {
  return readJson<AskResult>(pathOf(state, name, 'result'));
}

export function writeAnswered(state: string, name: string, result: AskResult): void {
  write(state, name, 'result', result);
}

/** What the pass of an ask leaves for the commit that records it. */
export type AskNote = Pick<AskResult, 'runId' | 'summary' | 'report'>;

export function writeNote(state: string, name: string, note: AskNote): void {
  write(state, name, 'note', note);
}

export function readNote(state: string, name: string): AskNote | undefined {
  return readJson<AskNote>(pathOf(state, name, 'note'));
}

export function writeHeard(state: string, name: string, heard: HeardOutput): void {
  write(state, name, 'heard', heard);
}

export function readHeard(state: string, name: string): HeardOutput | undefined {
  return readJson<HeardOutput>(pathOf(state, name, 'heard'));
}

/** Those that nobody repeats any more. */
export function pruneAsks(state: string, now: number): void {
  for (const file of listIfThere(folderOf(state))) {
    const [, name] = /^(.+)\.ask\.json$/.exec(file) ?? [];
    const ask = name === undefined ? undefined : readAsk(state, name);
    if (ask === undefined || now - ask.until < KEPT_MS) continue;
    for (const kind of ['heard', 'note', 'result', 'ask'] as const)
      removeIfThere(pathOf(state, ask.name, kind));
  }
}

function write(state: string, name: string, kind: Kind, value: unknown): void {
  makeDirectory(folderOf(state), 0o700);
  writeJsonDurably(pathOf(state, name, kind), value);
}

function folderOf(state: string): string {
  return join(meshDirectory(state), 'asks');
}

function pathOf(state: string, name: string, kind: Kind): string {
  return join(folderOf(state), `${name}.${kind}.json`);
}
