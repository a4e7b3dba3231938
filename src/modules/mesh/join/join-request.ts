/** What a new node asks of the lead, and what the lead answers. */
import { MeshRefusal, type RefusalCode } from '../wire/refusal.js';
import { parsedJson } from '../../../kernel/parsed-json.js';

/** Signed with `key`, so nobody is entered with keys of another. */
export type JoinBody = {
  readonly mesh: string;
  readonly invite: string;
  readonly node: string;
  readonly key: string;
  readonly login: string;
};
export type JoinRequest = {
  /** A signed value of kind `join`. */
  readonly signed: string;
  /** The signature of the invitation's login over `signed`, base64url. */
  readonly proof: string;
};
export type JoinAnswer =
  | { readonly roster: string }
  | { readonly refused: RefusalCode; readonly why: string };

/** @throws MeshRefusal `malformed` */
export function readRequest(text: string): JoinRequest {
  const request = parsedJson(text) as Partial<JoinRequest> | null | undefined;
  if (typeof request?.signed !== 'string' || typeof request.proof !== 'string')
    throw new MeshRefusal('malformed', 'a request to join was expected');
  return { signed: request.signed, proof: request.proof };
}

/** The signed roster. @throws MeshRefusal what the lead refused. */
export function readAnswer(text: string): string {
  const answer = parsedJson(text) as Partial<Record<string, unknown>> | null | undefined;
  if (typeof answer?.['roster'] === 'string') return answer['roster'];
  const { refused, why } = answer ?? {};
  if (typeof refused === 'string' && typeof why === 'string')
    throw new MeshRefusal(refused as RefusalCode, why);
  throw new MeshRefusal('malformed', 'the lead answered with something other than a roster');
}
