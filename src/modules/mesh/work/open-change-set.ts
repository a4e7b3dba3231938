/** A change set that came home: taken only if all of it is as it has to be. Writes nothing. */
import { sha256 } from '../../../kernel/hash.js';
import { type KeyOf, readSigned } from '../wire/jws.js';
import { MeshRefusal } from '../wire/refusal.js';
import type { FileVersion, RemoteChange, RemoteChangeSet } from './change-set.js';
import { HEAD } from '../log/log-lines.js';
import { pathClash, pathProblem } from './safe-path.js';

/** Of its text: base64 twice. */
export const LARGEST_CHANGE_SET = 64 * 1024 * 1024;
const MOST_CHANGES = 10_000;
/** Characters; it is quoted on the page of the result. */
export const LONGEST_SUMMARY = 2000;

export type ExpectedChangeSet = {
  readonly owner: string;
  readonly task: string;
  readonly attempt: number;
  /** The node that has the task. */
  readonly from: string;
  /** SHA-256 of the package that it was given. */
  readonly package: string;
};

/** @throws MeshRefusal */
export function openChangeSet(
  text: string,
  expected: ExpectedChangeSet,
  keyOf: KeyOf,
): RemoteChangeSet {
  const { owner, task, attempt, from } = expected;
  if (text.length > LARGEST_CHANGE_SET)
    throw new MeshRefusal('too-large', `a change set of ${text.length} bytes`);
  const { from: signer, body } = readSigned('change-set', text, keyOf);
  if (signer !== from)
    throw new MeshRefusal('not-allowed', `${signer} signed it, and ${from} has the task`);
  const set = body as Partial<RemoteChangeSet> | null;
  if (set?.owner !== owner || set.task !== task)
    throw new MeshRefusal('not-allowed', `it is of the task ${String(set?.task)}`);
  if (set.attempt !== attempt)
    throw new MeshRefusal('fenced', `it is of attempt ${String(set.attempt)}, and ${attempt} runs`);
  if (set.package !== expected.package)
    throw new MeshRefusal('not-allowed', 'it was made from another package');
  if (!Array.isArray(set.changes) || typeof set.runId !== 'string' || typeof set.head !== 'string')
    throw new MeshRefusal('malformed', 'it has no changes, no run or no head');
  if (typeof set.summary !== 'string' || !HEAD.test(set.head))
    throw new MeshRefusal('malformed', 'its summary is not a text, or its head names no row');
  if (set.summary.length > LONGEST_SUMMARY)
    throw new MeshRefusal('too-large', `its summary has ${set.summary.length} characters`);
  if (set.changes.length > MOST_CHANGES)
    throw new MeshRefusal('too-large', `it changes ${set.changes.length} files`);
  for (const change of set.changes) checkChange(change);
  const clash = pathClash(set.changes.map(({ path }) => path));
  if (clash !== undefined)
    throw new MeshRefusal('bad-path', `${clash.map(shown).join(' and ')} are one name`);
  return set as RemoteChangeSet;
}

function checkChange(change: Partial<RemoteChange> | null): void {
  const { path, before, after, content } = change ?? {};
  const problem = pathProblem(path);
  if (problem !== undefined) throw new MeshRefusal('bad-path', `${problem}: ${shown(path)}`);
  for (const version of [before, after]) if (version !== undefined) checkVersion(path, version);
  if (before === undefined && after === undefined)
    throw new MeshRefusal('malformed', `${shown(path)} was not there and is not there`);
  if (after === undefined) return;
  if (typeof content !== 'string')
    throw new MeshRefusal('bad-content', `${shown(path)} has no content`);
  const bytes = Buffer.from(content, 'base64');
  if (bytes.toString('base64') !== content || sha256(bytes) !== after.sha256)
    throw new MeshRefusal('bad-content', `the content of ${shown(path)} has another hash`);
}

function checkVersion(path: unknown, version: Partial<FileVersion> | null): void {
  const { sha256: hash, mode } = version ?? {};
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash))
    throw new MeshRefusal('malformed', `${shown(path)} has no hash`);
  if (mode !== 0o644 && mode !== 0o755)
    throw new MeshRefusal(
      'bad-mode',
      `${shown(path)} has the mode ${Number(mode).toString(8)}, not 644 or 755`,
    );
}

function shown(path: unknown): string {
  return JSON.stringify(String(path).slice(0, 100));
}
