/**
 * What a runner sees of a meter: one server on loopback and on a Unix socket that speaks OpenAI's
 * and Anthropic's protocols, streaming and not, and accepts one token.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelAccess } from '../../src/agents/model-access.js';

export const TOKEN = 'token-of-one-pass';

export type TinyMeter = {
  readonly access: ModelAccess;
  /** Method and path of what was asked with the right token. */
  readonly asked: readonly string[];
  /** Streams whose reader went away. */
  readonly abandoned: readonly string[];
  /** Ends the server and starts another one in the same places. */
  restart(): Promise<void>;
};

type Body = { readonly stream?: boolean; readonly model?: string; readonly max_tokens?: number };

export async function tinyMeter(t: {
  teardown(action: () => Promise<void>): unknown;
}): Promise<TinyMeter> {
  const asked: string[] = [];
  const abandoned: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'tiny-meter-'));
  const socket = join(folder, 'socket');
  const seen = { asked, abandoned, starts: 1 };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    void answer(request, response, seen);
  };
  let servers = await listen(handle, socket, 0);
  const port = servers.port;
  const stop = async (): Promise<void> => {
    for (const server of servers.all) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  t.teardown(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    access: {
      endpoint: `http://127.0.0.1:${port}/v1`,
      anthropicBase: `http://127.0.0.1:${port}`,
      token: TOKEN,
      socket,
      close: () => Promise.resolve({ tokens: 12, cost: undefined }),
    },
    asked,
    abandoned,
    async restart() {
      await stop();
      seen.starts += 1;
      servers = await listen(handle, socket, port);
    },
  };
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  socket: string,
  port: number,
): Promise<{ readonly all: readonly Server[]; readonly port: number }> {
  const [onPort, onSocket] = [createServer(handle), createServer(handle)];
  rmSync(socket, { force: true });
  await Promise.all([
    once(onPort.listen(port, '127.0.0.1'), 'listening'),
    once(onSocket.listen(socket), 'listening'),
  ]);
  return { all: [onPort, onSocket], port: (onPort.address() as AddressInfo).port };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  seen: { readonly asked: string[]; readonly abandoned: string[]; readonly starts: number },
): Promise<void> {
  const { headers, method = '', url = '' } = request;
  const token = headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const body = (text === '' ? {} : JSON.parse(text)) as Body;
  if (token !== TOKEN) {
    json(response, 401, { error: { message: 'unknown token', type: 'authentication_error' } });
    return;
  }
  const path = url.replace(/\?.*/, '');
  seen.asked.push(`${method} ${path}`);
  if (body.model === 'endless') {
    response.on('close', () => seen.abandoned.push(path));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event(path, openai('first ', null)));
    return;
  }
  const reply = REPLIES[path]?.(body, seen.starts);
  if (reply === undefined) json(response, 404, { error: { message: 'not here' } });
  else if (typeof reply === 'string')
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(reply);
  else json(response, 200, reply);
}

const REPLIES: Readonly<Record<string, (body: Body, starts: number) => object | string>> = {
  '/v1/chat/completions': completion,
  '/v1/messages': message,
  '/v1/models': (_body, starts) => ({ object: 'list', data: [{ id: `server-${starts}` }] }),
};

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

const USAGE = { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 };

function openai(content: string, finish: string | null): object {
  const choice = { index: 0, delta: { role: 'assistant', content }, finish_reason: finish };
  return {
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'tiny',
    choices: [choice],
  };
}

function completion({ stream }: Body): object | string {
  if (stream === true) {
    const data = [openai('Hello ', null), openai('you', 'stop')].map((part) =>
      JSON.stringify(part),
    );
    return [...data, '[DONE]'].map((part) => `data: ${part}\n\n`).join('');
  }
  const said = { role: 'assistant', content: 'Hello you', refusal: null };
  const choices = [{ index: 0, finish_reason: 'stop', logprobs: null, message: said }];
  return { id: 'c1', object: 'chat.completion', created: 1, model: 'tiny', choices, usage: USAGE };
}

/** In the form of Anthropic's Messages API. */
function message({ stream, model = 'tiny' }: Body): object | string {
  const usage = { input_tokens: 7, output_tokens: 5 };
  const start = {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model, content: [] },
    ...{ stop_reason: null, stop_sequence: null, usage },
  };
  const text = { type: 'text', text: 'Hello you' };
  if (stream !== true) return { ...start, content: [text], stop_reason: 'end_turn' };
  return [
    { type: 'message_start', message: start },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: text.text } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
    { type: 'message_stop' },
  ]
    .map((data) => event(data.type, data))
    .join('');
}
