/** The events of each circle of this workspace, in `STATE/mesh/circles/SESSION.jsonl`. */
import { join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { listIfThere } from '../../../workspace/read-if-there.js';
import { appendChained, type ChainedFile, type Entry, readChained } from '../chained-file.js';
import { meshDirectory } from '../identity.js';
import type { Circle, CircleEvent } from './circle.js';
import { applyEvent, reduce } from './reduce.js';

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
export function readEntries(state: string, session: string): readonly Entry<CircleEvent>[] {
  const entries = readChained<CircleEvent>(fileOf(state, session));
  if (entries !== undefined) return entries;
  throw new NocturneError('NOT_FOUND', `there is no circle ${session}`, {
    hint: 'nocturne mesh circles shows them',
  });
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
  const circle =
    event.kind === 'opened' ? reduce([event]) : applyEvent(readCircle(state, session), event);
  appendChained(fileOf(state, session), time, event);
  return circle;
}

/** A session comes from a command as well. */
function fileOf(state: string, session: string): ChainedFile {
  const name = /^[\w-]{1,60}$/.test(session) ? session : 'none';
  return { path: join(circlesDirectory(state), `${name}.jsonl`), name: session };
}
