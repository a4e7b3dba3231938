/** The token of an invitation: everything that a new node needs to find and to trust the lead. */
import { NocturneError } from '../../../kernel/error.js';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { fingerprintOf } from '../server/fingerprint.js';
import { publicKeyOf } from '../wire/jws.js';
import { NODE_ID } from '../wire/names.js';

export type JoinToken = {
  readonly mesh: string;
  readonly url: string;
  readonly lead: string;
  /** Its signing key. */
  readonly leadKey: string;
  readonly invite: string;
  /** Seed of the nkey that works once. A secret. */
  readonly seed: string;
  readonly expires: string;
  /** PEM of the authority, and its SHA-256 for people; missing without TLS. */
  readonly authority?: string;
  readonly fingerprint?: string;
};

const PREFIX = 'nocturne-mesh-1.';
const TEXTS = ['mesh', 'url', 'lead', 'leadKey', 'invite', 'seed', 'expires'] as const;

export function tokenText(token: JoinToken): string {
  return `${PREFIX}${Buffer.from(JSON.stringify(token)).toString('base64url')}`;
}

/** @throws NocturneError `BAD_VALUE` with what is wrong. */
export function readToken(text: string): JoinToken {
  const trimmed = text.trim();
  if (!trimmed.startsWith(PREFIX))
    throw badToken(`it begins with "${trimmed.slice(0, 16)}", not with "${PREFIX}"`);
  const json = Buffer.from(trimmed.slice(PREFIX.length), 'base64url').toString('utf8');
  const token = parsedJson(json) as Partial<JoinToken> | null;
  const missing = TEXTS.find((field) => typeof token?.[field] !== 'string' || token[field] === '');
  if (missing !== undefined) throw badToken(`it has no ${missing}; a part of it may be missing`);
  const whole = token as JoinToken;
  if (!NODE_ID.test(whole.lead) || !/^(?:tls|nats):\/\/[^\s/]+:\d+$/.test(whole.url))
    throw badToken('its lead or its address is malformed');
  checkKeys(whole);
  return whole;
}

function checkKeys({ url, leadKey, authority, fingerprint }: JoinToken): void {
  try {
    publicKeyOf(leadKey);
    if (!url.startsWith('tls:')) return;
    if (authority !== undefined && fingerprintOf(authority) === fingerprint) return;
  } catch (cause) {
    throw badToken('a key in it is malformed', cause);
  }
  throw badToken('the certificate in it does not have the fingerprint in it');
}

function badToken(why: string, cause?: unknown): NocturneError {
  return new NocturneError('BAD_VALUE', `this is not a token of a mesh: ${why}`, {
    cause,
    hint: 'copy the whole token that nocturne mesh invite printed on the lead',
  });
}
