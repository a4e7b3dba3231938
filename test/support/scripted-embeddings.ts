/**
 * An OpenAI-compatible `/embeddings` endpoint on loopback: answers from a script, else with a
 * vector that its text alone decides, and remembers what it was asked.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type SeenEmbedding = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly model: string;
    readonly input: readonly string[];
    readonly dimensions?: number;
    readonly encoding_format?: string;
  };
};
export type EmbeddingReply =
  /** A vector for each text, of so many dimensions; `backwards`: the last one first, numbered. */
  | { readonly dimensions: number; readonly backwards?: true }
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly hang: 'silent' | 'half-way' }
  | { readonly hangUp: true };

export type ScriptedEmbeddings = {
  readonly endpoint: string;
  readonly requests: readonly SeenEmbedding[];
  /** Resolves when a client went away before it was answered. */
  readonly abandoned: Promise<void>;
  close(): Promise<void>;
};

/** Not of length 1, so that whoever forgets to scale it is found out. */
export function scriptedVector(of: string, dimensions: number): readonly number[] {
  return Array.from(
    { length: dimensions },
    (_, i) =>
      (of.charCodeAt(i % Math.max(1, of.length)) || 1) * (i % 2 === 0 ? 1 : -1) + of.length + i,
  );
}

/** Answers in the order of the script; the last one is repeated. Close it when done. */
export async function scriptedEmbeddings(
  script: readonly EmbeddingReply[],
): Promise<ScriptedEmbeddings> {
  const requests: SeenEmbedding[] = [];
  let gone: () => void = () => undefined;
  const abandoned = new Promise<void>((resolve) => (gone = resolve));
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableEnded) gone();
    });
    void text(request).then((body) => {
      const asked: SeenEmbedding = {
        path: request.url ?? '',
        headers: request.headers,
        body: JSON.parse(body) as SeenEmbedding['body'],
      };
      requests.push(asked);
      reply(
        response,
        script[Math.min(requests.length, script.length) - 1] ?? { status: 500 },
        asked,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    abandoned,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function reply(response: ServerResponse, scripted: EmbeddingReply, { body }: SeenEmbedding): void {
  const json = (
    status: number,
    answer: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): void =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(answer));
  if ('dimensions' in scripted) {
    const data = body.input.map((input, index) => ({
      object: 'embedding',
      index,
      embedding: scriptedVector(input, scripted.dimensions),
    }));
    json(200, {
      object: 'list',
      model: body.model,
      data: scripted.backwards === true ? data.reverse() : data,
      usage: { prompt_tokens: 1, total_tokens: 1 },
    });
  } else if ('status' in scripted)
    json(
      scripted.status,
      scripted.body ?? { error: { message: `scripted ${scripted.status}` } },
      scripted.headers,
    );
  else if ('hangUp' in scripted) response.destroy();
  else if (scripted.hang === 'half-way')
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":[');
}
