/** Where a call goes: the path of the protocol below the runner's endpoint. */
import { gatewayFor, isWebAddress } from '../../../agents/gateway.js';
import type { MeterError } from './error-shape.js';

export type Target = { readonly url: URL; readonly socket?: string };
type Wanted = {
  readonly path: string;
  readonly query: string;
  readonly family: 'openai' | 'anthropic';
};

/** @param state of the workspace, for an endpoint that a module serves. */
export function targetOf(state: string, endpoint: string, wanted: Wanted): Target | MeterError {
  if (isWebAddress(endpoint)) return { url: targetUrl(endpoint, wanted) };
  const gateway = gatewayFor(state, endpoint);
  if (gateway !== undefined) {
    const { path, query } = wanted;
    return { url: new URL(`${gateway.base}${path}${query}`), socket: gateway.socket };
  }
  const message = `Nothing serves ${endpoint} now: nocturne serve starts what does.`;
  return { status: 502, code: 'gateway_off', message };
}

/**
 * Clients of OpenAI's protocol have the version in the endpoint, clients of Anthropic's append it.
 * @param path such as `/v1/messages`
 */
export function targetUrl(endpoint: string, { path, query, family }: Wanted): URL {
  const base = endpoint.replace(/\/+$/, '');
  const hasVersion = family === 'openai' || base.endsWith('/v1');
  return new URL(`${base}${hasVersion ? path.slice('/v1'.length) : path}${query}`);
}
