/**
 * The events of a circle on the disk: one line of JSON each, linked to the one before, in
 * `STATE/mesh/circles/SESSION.jsonl`. A process that ends anywhere loses at most the event that it
 * was about to write.
 */
import { join } from 'node:path';
import { cutLine, genesis, link, linkedLine } from '../../../kernel/chain.js';
import { NocturneError } from '../../../kernel/error.js';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { makeDirectory, writeFileDurably } from '../../../workspace/durable.js';
import { listIfThere, readTextIfThere } from '../../../workspace/read-if-there.js';
import { meshDirectory } from '../identity.js';
import type { Circle, CircleEvent } from './circle.js';
import { applyEvent, reduce } from './reduce.js';

export type Entry = { readonly time: string; readonly event: CircleEvent };
type Read = { readonly text: string; readonly head: string; readonly entries: readonly Entry[] };

export function circlesDirectory(state: string): string {
  return join(meshDirectory(state), 'circles');
}

/** The newest last: a session begins with its time. */
export function circleSessions(state: string): readonly string[] {
  return listIfThere(circlesDirectory(state))
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length));
}

/** @throws NocturneError `NOT_FOUND`, or `NOT_TRUSTED` if a line was changed. */
export function readEntries(state: string, session: string): readonly Entry[] {
  return readList(state, session).entries;
}

export function readCircle(state: string, session: string): Circle {
  return reduce(readEntries(state, session).map(({ event }) => event));
}

/**
 * Writes what may happen now and returns the circle after it. Only its driver and the command that
 * takes an answer of the owner write, each while the other waits.
 * @throws MeshRefusal if it may not happen now; nothing is written then.
 */
export function appendEvent(
  state: string,
  session: string,
  { time, event }: { readonly time: Date; readonly event: CircleEvent },
): Circle {
  const isFirst = event.kind === 'opened';
  const { text, head, entries } = isFirst
    ? { text: '', head: genesis(session), entries: [] }
    : readList(state, session);
  const before = isFirst ? undefined : reduce(entries.map((entry) => entry.event));
  const circle = before === undefined ? reduce([event]) : applyEvent(before, event);
  const { line } = linkedLine(head, { time: time.toISOString(), event });
  makeDirectory(circlesDirectory(state), 0o700);
  writeFileDurably(pathOf(state, session), `${text}${line}\n`, { mode: 0o600 });
  return circle;
}

function readList(state: string, session: string): Read {
  const text = readTextIfThere(pathOf(state, session));
  if (text === undefined)
    throw new NocturneError('NOT_FOUND', `there is no circle ${session}`, {
      hint: 'nocturne mesh circles shows them',
    });
  let head = genesis(session);
  const entries = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, at) => {
      const cut = cutLine(line);
      if (cut === undefined || link(head, [cut.body]) !== cut.link)
        throw new NocturneError('NOT_TRUSTED', `line ${at + 1} of circle ${session} was changed`, {
          hint: 'begin a new circle; this one is not gone on with',
        });
      head = cut.link;
      return parsedJson(line) as Entry;
    });
  return { text, head, entries };
}

function pathOf(state: string, session: string): string {
  return join(circlesDirectory(state), `${session}.jsonl`);
}
