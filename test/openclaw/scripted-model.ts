/**
 * A model on loopback that plays turns, streamed or whole, as OpenAI's chat completions; it keeps
 * what it was asked.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Call = { readonly call: string; readonly args: Readonly<Record<string, unknown>> };
/**
 * A turn calls tools, or says something and ends. As a function it is decided by what the model was
 * asked.
 */
export type Turn =
  | { readonly calls: readonly Call[] }
  | { readonly say: string }
  | ((asked: Asked) => Turn);
export type Message = { readonly role: string; readonly content?: unknown };
export type Asked = {
  readonly messages: readonly Message[];
  /** Texts of the tool results so far, in order. */
  readonly results: readonly string[];
  /** When it was asked, in milliseconds. */
  readonly at: number;
};

export type ScriptedModel = {
  readonly port: number;
  /** Requests for an answer since the last play; asking for the list of models is none. */
  readonly asked: readonly Asked[];
  /**
   * Forgets what was asked and what is left of the play before. After the last turn the model says
   * "Done.".
   */
  play(turns: readonly Turn[]): void;
  close(): Promise<void>;
};

type Body = {
  readonly model?: string;
  readonly stream?: boolean;
  readonly messages?: readonly Message[];
};

export async function scriptedModel(): Promise<ScriptedModel> {
  let asked: Asked[] = [];
  let turns: Turn[] = [];
  let id = 0;
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      if (request.method === 'GET')
        return json(response, {
          object: 'list',
          data: [{ id: 'scripted-1', object: 'model', owned_by: 'nobody' }],
        });
      const body = JSON.parse(text) as Body;
      const messages = body.messages ?? [];
      const one = {
        messages,
        at: performance.now(),
        results: messages
          .filter((message) => message.role === 'tool')
          .map((message) => textOf(message.content)),
      };
      asked.push(one);
      let turn = turns.shift() ?? { say: 'Done.' };
      while (typeof turn === 'function') turn = turn(one);
      answer(response, { turn, body, id: ++id, size: text.length });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get asked() {
      return asked;
    },
    play(next) {
      asked = [];
      turns = [...next];
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export function textOf(content: unknown): string {
  return typeof content === 'string'
    ? content
    : Array.isArray(content)
      ? content.map((part: { readonly text?: string }) => part.text ?? '').join('\n')
      : '';
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function answer(
  response: ServerResponse,
  at: {
    readonly turn: Exclude<Turn, (asked: Asked) => Turn>;
    readonly body: Body;
    readonly id: number;
    readonly size: number;
  },
): void {
  const { turn, body, id, size } = at;
  const calls =
    'calls' in turn
      ? turn.calls.map(({ call, args }, index) => ({
          index,
          id: `call_${id}_${index}`,
          type: 'function',
          function: { name: call, arguments: JSON.stringify(args) },
        }))
      : [];
  const content = 'say' in turn ? turn.say : null;
  const finish = calls.length > 0 ? 'tool_calls' : 'stop';
  const [prompt, completion] = [Math.ceil(size / 4), 20];
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  };
  const base = { id: `chatcmpl-${id}`, created: 1_790_000_000, model: body.model ?? 'scripted-1' };
  if (body.stream !== true)
    return json(response, {
      ...base,
      object: 'chat.completion',
      usage,
      choices: [
        {
          index: 0,
          finish_reason: finish,
          message: {
            role: 'assistant',
            content,
            ...(calls.length > 0 ? { tool_calls: calls } : {}),
          },
        },
      ],
    });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const event = (part: object): void =>
    void response.write(
      `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', ...part })}\n\n`,
    );
  const delta = (part: object, end: string | null = null): void =>
    event({ choices: [{ index: 0, delta: part, finish_reason: end }] });
  delta({ role: 'assistant', content: '' });
  if (calls.length > 0) delta({ tool_calls: calls });
  else delta({ content: content ?? '' });
  delta({}, finish);
  event({ choices: [], usage });
  response.end('data: [DONE]\n\n');
}
