/** Incidents of a workspace's integrity, stored in its state directory, outside the workspace. */
import { basename, join } from 'node:path';
import { defined } from '../kernel/defined.js';
import { messageOf } from '../kernel/error.js';
import { makeDirectory, removeIfThere } from './durable.js';
import { readJson, writeJsonDurably } from './state-home.js';
import { listIfThere } from './read-if-there.js';

export type IncidentFinding = {
  readonly file: string;
  readonly line?: number;
  readonly problem: string;
  readonly message: string;
};
/** `at`: when it was last found; `first`: when it was first found. `id`: the name of its file. */
export type Incident = {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly first?: string;
  readonly message: string;
  readonly findings: readonly IncidentFinding[];
};

const DIRECTORY = 'incidents';

/** Writes an incident durably, or updates the time of the same one. Returns its id. */
export function recordIncident(state: string, incident: Omit<Incident, 'id'>): string {
  const directory = join(state, DIRECTORY);
  makeDirectory(directory, 0o700);
  const previous = listIncidents(state).find((other) => sameCause(other, incident));
  const id =
    previous?.id ??
    freeName(
      directory,
      `${incident.at.replaceAll(':', '')}-${incident.kind.replace(/[^a-z0-9-]+/gi, '-')}`,
    );
  writeJsonDurably(join(directory, `${id}.json`), {
    ...incident,
    ...defined({ first: previous?.first ?? previous?.at }),
  });
  return id;
}

/** Oldest first. A file that cannot be read is an incident of its own. */
export function listIncidents(state: string): readonly Incident[] {
  const directory = join(state, DIRECTORY);
  return names(directory).map((name) => read(join(directory, name)));
}

/** Removes the incidents with these ids; returns how many there were. */
export function clearIncidents(state: string, ids: readonly string[]): number {
  const directory = join(state, DIRECTORY);
  const chosen = names(directory).filter((name) => ids.includes(basename(name, '.json')));
  return chosen.filter((name) => removeIfThere(join(directory, name))).length;
}

function read(path: string): Incident {
  const id = basename(path, '.json');
  const unreadable = (why: string): Incident => ({
    id,
    kind: 'unreadable',
    at: '',
    message: `${path} is not an incident: ${why}`,
    findings: [],
  });
  try {
    const value = readJson<Partial<Incident>>(path);
    if (
      typeof value?.kind !== 'string' ||
      typeof value.at !== 'string' ||
      typeof value.message !== 'string' ||
      !Array.isArray(value.findings)
    )
      return unreadable('fields are missing');
    return { ...(value as Incident), id };
  } catch (error) {
    return unreadable(messageOf(error));
  }
}

function sameCause(a: Omit<Incident, 'id'>, b: Omit<Incident, 'id'>): boolean {
  return (
    a.kind === b.kind &&
    a.message === b.message &&
    JSON.stringify(a.findings) === JSON.stringify(b.findings)
  );
}

function freeName(directory: string, stem: string): string {
  const taken = new Set(names(directory));
  for (let number = 1; ; number++) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    if (!taken.has(`${name}.json`)) return name;
  }
}

function names(directory: string): string[] {
  return listIfThere(directory)
    .filter((name) => name.endsWith('.json'))
    .sort((a, b) => (basename(a, '.json') < basename(b, '.json') ? -1 : 1));
}
