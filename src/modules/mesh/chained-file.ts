/**
 * A list of events on the disk: one line of JSON each, linked to the one before. A process that
 * ends anywhere loses at most the event that it was about to write.
 */
import { dirname } from 'node:path';
import { cutLine, genesis, link, linkedLine } from '../../kernel/chain.js';
import { NocturneError } from '../../kernel/error.js';
import { parsedJson } from '../../kernel/parsed-json.js';
import { makeDirectory, writeFileDurably } from '../../workspace/durable.js';
import { readTextIfThere } from '../../workspace/read-if-there.js';

export type ChainedFile = {
  readonly path: string;
  /** What the list is of: lines do not move between lists. */
  readonly name: string;
};
export type Entry<T> = { readonly time: string; readonly event: T };
type Read<T> = {
  readonly text: string;
  readonly head: string;
  readonly entries: readonly Entry<T>[];
};

/** Nothing if there is no such file. @throws NocturneError `NOT_TRUSTED` if a line was changed. */
export function readChained<T>(file: ChainedFile): readonly Entry<T>[] | undefined {
  return read<T>(file)?.entries;
}

/** Durable when it returns. */
export function appendChained<T>(file: ChainedFile, time: Date, event: T): void {
  const { text, head } = read<T>(file) ?? { text: '', head: genesis(file.name) };
  const { line } = linkedLine(head, { time: time.toISOString(), event });
  makeDirectory(dirname(file.path), 0o700);
  writeFileDurably(file.path, `${text}${line}\n`, { mode: 0o600 });
}

function read<T>({ path, name }: ChainedFile): Read<T> | undefined {
  const text = readTextIfThere(path);
  if (text === undefined) return undefined;
  let head = genesis(name);
  const lines = text.split('\n').filter((line) => line !== '');
  const entries = lines.map((line, at) => {
    const cut = cutLine(line);
    if (cut === undefined || link(head, [cut.body]) !== cut.link)
      throw new NocturneError('NOT_TRUSTED', `line ${at + 1} of ${name} was changed`, {
        hint: 'begin a new one; this one cannot be continued',
      });
    head = cut.link;
    return parsedJson(line) as Entry<T>;
  });
  return { text, head, entries };
}
