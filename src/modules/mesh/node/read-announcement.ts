/**
 * An announcement as another node wrote it, which may be of the release before or after this one:
 * members that are missing are empty, and unknown ones are left out.
 */
import { readerKeyOf } from '../wire/jwe.js';
import { MeshRefusal } from '../wire/refusal.js';
import { type Announcement, PROTOCOL, type RunningClaim } from './announcement.js';

export const LARGEST_ANNOUNCEMENT = 64 * 1024;
/** Names of tags, models and tools; what looks different is left out. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._:/@+-]{0,99}$/u;
const MOST = 500;
const LONGEST_SESSION = 64;
const MOST_CAPACITY = 64;

/** @throws MeshRefusal `malformed` without session, number or version, or with a false key. */
export function readAnnouncement(from: string, body: unknown): Announcement {
  const { node, session, seq, version, time, ...rest } = membersOf(body);
  if (node !== from) throw new MeshRefusal('malformed', `${from} announces ${String(node)}`);
  if (
    typeof session !== 'string' ||
    session.length > LONGEST_SESSION ||
    typeof seq !== 'number' ||
    !Number.isSafeInteger(seq)
  )
    throw new MeshRefusal(
      'malformed',
      `an announcement from ${from} without a session or a number`,
    );
  if (typeof version !== 'string' || !/^\d{1,6}$/.test(version))
    throw new MeshRefusal('malformed', `an announcement of ${from} without a version`);
  const { capacity } = rest;
  return {
    node: from,
    session,
    seq,
    version,
    time: typeof time === 'string' ? time.slice(0, 30) : '',
    tags: namesIn(rest['tags']),
    models: namesIn(rest['models']),
    tools: namesIn(rest['tools']),
    capacity: Number.isSafeInteger(capacity) ? Math.min(Number(capacity), MOST_CAPACITY) : 0,
    running: listOf(rest['running']).flatMap(claimIn),
    ...readerIn(from, rest['reader']),
    ...(rest['leaves'] === true ? { leaves: true } : {}),
  };
}

/** Versions that are further away have never been tried together. */
export function worksWithUs({ version }: Pick<Announcement, 'version'>): boolean {
  return Math.abs(Number(version) - PROTOCOL) <= 1;
}

function membersOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

function readerIn(from: string, value: unknown): Pick<Announcement, 'reader'> {
  if (value === undefined) return {};
  const reader = String(value);
  try {
    readerKeyOf(reader);
    return { reader };
  } catch {
    throw new MeshRefusal('malformed', `the key that ${from} announces is none`);
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MOST) : [];
}

function namesIn(value: unknown): readonly string[] {
  return listOf(value).filter(
    (name): name is string => typeof name === 'string' && NAME.test(name),
  );
}

function claimIn(value: unknown): readonly RunningClaim[] {
  const { owner, task, attempt } = membersOf(value);
  return typeof owner === 'string' && typeof task === 'string' && Number.isSafeInteger(attempt)
    ? [{ owner, task, attempt: Number(attempt) }]
    : [];
}
