/**
 * The code of a question on a channel: made from a key that no agent sees, the question and the
 * hash of what it says, so that it is the same after a crash and another one after a change.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { approvalAsked, approvalsOf } from '../../governance/approvals/approval.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { sha256 } from '../../kernel/hash.js';
import type { Rec } from '../../markdown/types.js';
import { fieldText } from '../../project/field-text.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Channel } from './owner-channel.js';
import { channelsFolder } from './delivery/channel-state.js';

/** Without letters and digits that look alike. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
/** Sixteen where the code is the proof of the sender, six where the channel proves the sender. */
const LENGTH: Readonly<Partial<Record<Channel['kind'], number>>> = { email: 16 };
const SHORT = 6;

/** Everything that an answer decides about: a question that changed is another question. */
export function questionHash(snapshot: Snapshot, question: Rec): string {
  const id = approvalAsked(question);
  const approval = id === undefined ? undefined : approvalsOf(snapshot).get(id);
  const parts = ['kind', 'project', 'topic', 'priority', 'action_needed', 'body'].map((field) =>
    fieldText(question, field),
  );
  return sha256(canonicalJson([question.key, ...parts, approval?.payload ?? '']));
}

export function questionCode(
  key: string,
  channel: Pick<Channel, 'name' | 'kind'>,
  { about, hash }: { readonly about: string; readonly hash: string },
): string {
  const digest = createHmac('sha256', key).update(`${channel.name}\0${about}\0${hash}`).digest();
  const letters = [...digest].map((byte) => ALPHABET[byte % ALPHABET.length] ?? '');
  return letters.slice(0, LENGTH[channel.kind] ?? SHORT).join('');
}

/** How a message on Telegram says its code, which a reply to it then quotes. */
export function orWrite(word: string, code: string): string {
  return `Or write: ${word} ${code}`;
}

/** The last one: what agents wrote stands before it. */
export function quotedCode(text: string): string | undefined {
  return [...text.matchAll(/Or write: \w+ ([2-9A-HJ-NP-Z]{6})$/gm)].at(-1)?.[1];
}

/** Made at the first use; in the state directory, which agents do not see. */
export function codeKey(state: string): string {
  const path = join(channelsFolder(state), 'codes.json');
  const stored = readJson<{ readonly key: string }>(path);
  if (stored !== undefined) return stored.key;
  const key = randomBytes(32).toString('hex');
  writeJsonDurably(path, { key });
  return key;
}
