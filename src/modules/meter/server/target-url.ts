/** Where a call goes: the path of the protocol below the runner's endpoint. */

/**
 * Clients of OpenAI's protocol have the version in the endpoint, clients of Anthropic's append it.
 * @param path such as `/v1/messages`
 */
export function targetUrl(
  endpoint: string,
  { path, query, family }: { path: string; query: string; family: 'openai' | 'anthropic' },
): URL {
  const base = endpoint.replace(/\/+$/, '');
  const hasVersion = family === 'openai' || base.endsWith('/v1');
  return new URL(`${base}${hasVersion ? path.slice('/v1'.length) : path}${query}`);
}
