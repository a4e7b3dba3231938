/** A client of an OpenAI-compatible endpoint. Who asks tries again by itself. */
import type { ClientOptions, OpenAI } from 'openai';

export type OpenaiClientOptions = Pick<ClientOptions, 'timeout' | 'fetch'> & {
  readonly endpoint: string;
  /** Empty for an endpoint without a key. */
  readonly apiKey: string;
};

export async function openaiClient({
  endpoint,
  apiKey,
  ...options
}: OpenaiClientOptions): Promise<OpenAI> {
  const { OpenAI } = await import('openai');
  return new OpenAI({
    ...options,
    baseURL: endpoint,
    apiKey: apiKey === '' ? 'none' : apiKey,
    organization: null,
    project: null,
    maxRetries: 0,
    logLevel: 'off',
  });
}
