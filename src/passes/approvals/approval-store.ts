/**
 * What was asked, kept outside the workspace under its own hash, readable by its owner only. What
 * does not have that hash any more is as good as gone.
 */
import { join } from 'node:path';
import { type Payload, payloadHash } from '../../governance/approvals/approval-payload.js';
import { NocturneError } from '../../kernel/error.js';
import { sha256 } from '../../kernel/hash.js';
import { makeDirectory } from '../../workspace/durable.js';
import { readJson, writeJsonDurably } from '../../workspace/state-home.js';

const FOLDER = 'approvals';

type Kept = {
  readonly version: 1;
  readonly payload: Payload;
  /** Base64. */
  readonly content: string | null;
};
export type StoredPayload =
  | { readonly kind: 'whole'; readonly payload: Payload; readonly content: Buffer | undefined }
  | { readonly kind: 'broken'; readonly why: string };

export function keepPayload(
  state: string,
  hash: string,
  kept: { readonly payload: Payload; readonly content: Buffer | undefined },
): void {
  makeDirectory(join(state, FOLDER), 0o700);
  const value: Kept = {
    version: 1,
    payload: kept.payload,
    content: kept.content?.toString('base64') ?? null,
  };
  writeJsonDurably(join(state, FOLDER, `${hash}.json`), value, { mode: 0o600 });
}

export function readPayload(state: string, hash: string): StoredPayload {
  if (!/^[0-9a-f]{64}$/.test(hash)) return { kind: 'broken', why: 'its hash is none' };
  try {
    const kept = readJson<Kept>(join(state, FOLDER, `${hash}.json`));
    if (kept === undefined) return { kind: 'broken', why: 'the request is no longer stored' };
    const content =
      typeof kept.content === 'string' ? Buffer.from(kept.content, 'base64') : undefined;
    if (
      typeof kept.payload !== 'object' ||
      kept.payload === null ||
      payloadHash(kept.payload) !== hash
    )
      return { kind: 'broken', why: 'the stored request is not the one that was asked' };
    if ((content === undefined ? null : sha256(content)) !== kept.payload.content)
      return {
        kind: 'broken',
        why: 'the stored content is not the one that was asked about',
      };
    return { kind: 'whole', payload: kept.payload, content };
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'UNREADABLE')
      return { kind: 'broken', why: 'the stored request cannot be read' };
    throw error;
  }
}
