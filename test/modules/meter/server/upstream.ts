/**
 * An endpoint on loopback that speaks OpenAI's and Anthropic's protocols, streaming and not, and
 * remembers what it was asked. It writes as many words as it may, one token each.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Body = Readonly<Record<string, unknown>>;
export type Seen = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Body;
};
export type Usage = { readonly input: number; readonly output: number };
export type Answering = {
  readonly seen: Seen;
  readonly response: ServerResponse;
  /** What an honest endpoint counts for this request. */
  readonly usage: Usage;
};
/** @returns whether it has answered; otherwise the endpoint answers honestly. */
export type Script = (answering: Answering) => boolean | Promise<boolean>;

export type TestUpstream = {
  /** For OpenAI's clients; Anthropic's use it without `/v1`. */
  readonly endpoint: string;
  readonly base: string;
  readonly requests: readonly Seen[];
  /** Requests whose client went away before they were answered. */
  readonly abandoned: number;
  script: Script;
  close(): Promise<void>;
};

export const WORDS = 12;

export async function testUpstream(script: Script = () => false): Promise<TestUpstream> {
  const requests: Seen[] = [];
  let abandoned = 0;
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableEnded) abandoned += 1;
    });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { method = '', url: path = '', headers } = request;
      const body = (text === '' ? {} : JSON.parse(text)) as Body;
      const seen = { method, path, headers, text, body };
      requests.push(seen);
      const usage = usageOf(seen);
      void Promise.resolve(upstream.script({ seen, response, usage })).then((isDone) => {
        if (!isDone) honest({ seen, response, usage });
      });
    });
  });
  // A process that stands still for longer would reset a connection on which a request waits.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const upstream: TestUpstream = {
    endpoint: `${base}/v1`,
    base,
    requests,
    get abandoned() {
      return abandoned;
    },
    script,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return upstream;
}

function usageOf({ text, body }: Seen): Usage {
  const limit = Number(
    body['max_tokens'] ?? body['max_completion_tokens'] ?? body['max_output_tokens'] ?? WORDS,
  );
  return { input: Math.ceil(text.length / 4), output: Math.min(WORDS, limit) };
}

export function honest(answering: Answering): void {
  const { seen, response } = answering;
  const isStream = seen.body['stream'] === true;
  if (seen.path.startsWith('/v1/models'))
    return json(response, { object: 'list', data: [{ id: 'small', object: 'model' }] });
  if (seen.path.startsWith('/v1/messages/count_tokens')) return json(response, { input_tokens: 7 });
  if (seen.path.startsWith('/v1/messages'))
    return isStream
      ? events(response, messageEvents(answering))
      : json(response, wholeMessage(answering));
  if (seen.path.startsWith('/v1/responses'))
    return isStream
      ? events(response, responseEvents(answering))
      : json(response, wholeResponse(answering));
  if (seen.path.startsWith('/v1/embeddings')) return json(response, embedding(answering));
  if (isStream) return events(response, chatEvents(answering));
  return json(response, wholeChat(answering));
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req-1' });
  response.end(JSON.stringify(body));
}

/** Each event is the text after `data: `, or a pair of name and object. */
export function events(response: ServerResponse, list: readonly Event[]): void {
  begin(response);
  for (const event of list) response.write(eventText(event));
  response.end();
}
export type Event = string | object;

export function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
}

export function eventText(event: Event): string {
  if (typeof event === 'string') return `data: ${event}\n\n`;
  const name = 'type' in event ? `event: ${String(event.type)}\n` : '';
  return `${name}data: ${JSON.stringify(event)}\n\n`;
}

function words({ output }: Usage): readonly string[] {
  return Array.from({ length: output }, (_, i) => `word${i} `);
}

const toolCall = {
  index: 0,
  id: 'call_1',
  type: 'function',
  function: { name: 'look', arguments: '{"at":1}' },
};

export function openaiUsage({ input, output }: Usage): object {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

export function chatEvents({ seen, usage }: Answering): readonly Event[] {
  const chunk = (delta: object, finish: string | null = null): object => ({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: seen.body['model'],
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const asksUsage = (seen.body['stream_options'] as { include_usage?: boolean } | undefined)
    ?.include_usage;
  const last = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [] };
  return [
    ...words(usage).map((content) => chunk({ role: 'assistant', content })),
    ...(seen.body['tools'] === undefined ? [] : [chunk({ tool_calls: [toolCall] })]),
    chunk({}, 'stop'),
    ...(asksUsage === true ? [{ ...last, usage: openaiUsage(usage) }] : []),
    '[DONE]',
  ];
}

export function wholeChat({ seen, usage }: Answering): object {
  const isChat = seen.path.startsWith('/v1/chat');
  const content = words(usage).join('');
  const { index: _index, ...call } = toolCall;
  const message = {
    role: 'assistant',
    content,
    ...(seen.body['tools'] === undefined ? {} : { tool_calls: [call] }),
  };
  return {
    id: 'c',
    object: isChat ? 'chat.completion' : 'text_completion',
    created: 1,
    model: seen.body['model'],
    choices: [{ index: 0, finish_reason: 'stop', ...(isChat ? { message } : { text: content }) }],
    usage: openaiUsage(usage),
  };
}

function embedding({ usage: { input } }: Answering): object {
  return {
    object: 'list',
    model: 'small',
    data: [{ object: 'embedding', index: 0, embedding: [0.5, 0.25] }],
    usage: { prompt_tokens: input, total_tokens: input },
  };
}

function anthropicUsage({ input, output }: Usage): object {
  return {
    input_tokens: input,
    output_tokens: output,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  };
}

function wholeMessage({ seen, usage }: Answering): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: seen.body['model'],
    content: [
      { type: 'text', text: words(usage).join('') },
      ...(seen.body['tools'] === undefined
        ? []
        : [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 1 } }]),
    ],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: anthropicUsage(usage),
  };
}

export function messageEvents(answering: Answering): readonly Event[] {
  const { usage } = answering;
  const message = {
    ...wholeMessage(answering),
    content: [],
    stop_reason: null,
    usage: anthropicUsage({ ...usage, output: 1 }),
  };
  return [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...words(usage).map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: usage.output },
    },
    { type: 'message_stop' },
  ];
}

function wholeResponse({ seen, usage: { input, output } }: Answering): object {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: seen.body['model'],
    output: [
      {
        type: 'message',
        id: 'm',
        role: 'assistant',
        status: 'completed',
        content: [
          { type: 'output_text', text: words({ input, output }).join(''), annotations: [] },
        ],
      },
    ],
    usage: {
      input_tokens: input,
      output_tokens: output,
      total_tokens: input + output,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
  };
}

function responseEvents(answering: Answering): readonly Event[] {
  return [
    ...words(answering.usage).map((delta) => ({ type: 'response.output_text.delta', delta })),
    { type: 'response.completed', response: wholeResponse(answering) },
  ];
}
