/** How long a model takes to its first token, as its client sees it. */
import { type Agent, request } from 'node:http';

export type Target = { readonly base: string; readonly token: string };

/** Milliseconds until the first event of a stream; resolves when the stream has ended. */
export function firstToken({ base, token }: Target, agent: Agent): Promise<number> {
  const body = JSON.stringify({
    model: 'small',
    stream: true,
    max_tokens: 100,
    messages: [{ role: 'user', content: 'A page of text. '.repeat(200) }],
  });
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const asked = request(
      `${base}/v1/chat/completions`,
      {
        method: 'POST',
        agent,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      },
      (response) => {
        let first: number | undefined;
        let text = '';
        response.on('data', (chunk: Buffer) => {
          first ??= performance.now() - start;
          if (response.statusCode !== 200) text += chunk.toString('utf8');
        });
        response.on('error', reject);
        response.on('end', () =>
          response.statusCode === 200 && first !== undefined
            ? resolve(first)
            : reject(new Error(`status ${response.statusCode}: ${text}`)),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}
