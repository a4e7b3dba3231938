/**
 * An OpenAI-compatible endpoint on loopback that answers from a script and remembers what it was
 * asked.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export type ScriptedCall = {
  readonly name: string;
  readonly arguments: unknown;
  readonly id?: string;
};
export type Scripted =
  /** An answer without tool calls. `after`: not before that. */
  | {
      readonly say: string;
      readonly finish?: string;
      readonly usage?: ScriptedUsage;
      readonly after?: Promise<unknown>;
    }
  /** Tool calls; `arguments` is sent as it is when it is a string, as JSON otherwise. */
  | {
      readonly call: readonly ScriptedCall[];
      readonly say?: string;
      readonly usage?: ScriptedUsage;
    }
  | { readonly refuse: string }
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  /** Any body, with status 200. */
  | { readonly raw: string }
  /** Sends nothing, or only the head and the beginning of a body, and never ends. */
  | { readonly hang: 'silent' | 'half-way' }
  /** Closes the connection without an answer. */
  | { readonly hangUp: true }
  /** A body of so many bytes. */
  | { readonly flood: number }
  /** Decides by what was asked. */
  | ((request: SeenRequest) => Scripted);
export type ScriptedUsage = {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cost?: number;
};

export type SeenMessage = {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
};
export type SeenRequest = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly model: string;
    readonly messages: readonly SeenMessage[];
    readonly tools?: readonly unknown[];
  };
};

export type ScriptedOpenai = {
  /** For a runner's `endpoint`. */
  readonly endpoint: string;
  readonly requests: readonly SeenRequest[];
  /** Requests whose client went away before they were answered. */
  readonly abandoned: number;
  close(): Promise<void>;
};

/**
 * Answers in the order of the script; the last one is repeated. Close it when done: `t.teardown(()
 * => server.close())`.
 */
export async function scriptedOpenai(script: readonly Scripted[]): Promise<ScriptedOpenai> {
  const requests: SeenRequest[] = [];
  let abandoned = 0;
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableEnded) abandoned += 1;
    });
    void seen(request).then((asked) => {
      requests.push(asked);
      reply(
        response,
        script[Math.min(requests.length, script.length) - 1] ?? { status: 500 },
        asked,
        requests.length,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}/v1`,
    requests,
    get abandoned() {
      return abandoned;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function seen(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    path: request.url ?? '',
    headers: request.headers,
    body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as SeenRequest['body'],
  };
}

function reply(
  response: ServerResponse,
  scripted: Scripted,
  asked: SeenRequest,
  turn: number,
): void {
  if (typeof scripted === 'function') {
    reply(response, scripted(asked), asked, turn);
    return;
  }
  const json = (
    status: number,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): void => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const completion = (
    message: object,
    finish: string,
    usage: ScriptedUsage = { prompt_tokens: 100, completion_tokens: 10 },
  ): void =>
    json(200, {
      id: `chatcmpl-${turn}`,
      object: 'chat.completion',
      created: 1_790_000_000,
      model: `${asked.body.model}-2026`,
      choices: [
        {
          index: 0,
          finish_reason: finish,
          message: { role: 'assistant', content: null, refusal: null, ...message },
        },
      ],
      usage,
    });
  if ('call' in scripted) {
    const calls = scripted.call.map((call, i) => ({
      id: call.id ?? `call_${turn}_${i}`,
      type: 'function',
      function: {
        name: call.name,
        arguments:
          typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
      },
    }));
    completion({ content: scripted.say ?? null, tool_calls: calls }, 'tool_calls', scripted.usage);
  } else if ('after' in scripted && scripted.after !== undefined) {
    const { after, ...now } = scripted;
    void after.then(() => reply(response, now, asked, turn));
  } else if ('say' in scripted)
    completion({ content: scripted.say }, scripted.finish ?? 'stop', scripted.usage);
  else if ('refuse' in scripted) completion({ refusal: scripted.refuse }, 'stop');
  else if ('status' in scripted)
    json(
      scripted.status,
      scripted.body ?? { error: { message: `scripted ${scripted.status}`, type: 'scripted' } },
      scripted.headers,
    );
  else if ('raw' in scripted) json(200, scripted.raw);
  else if ('hangUp' in scripted) response.destroy();
  else if ('flood' in scripted) json(200, `{"choices":"${'x'.repeat(scripted.flood)}"}`);
  else if (scripted.hang === 'half-way')
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"id":');
}

/** What an agent's last answer looks like. */
export const SCRIPTED_REPORT =
  'Done.\n\n```nocturne-report\nsummary: wrote the inventory\noutputs: [outputs/inventory.md]\nanswers: { non_obvious: true, durable: true, compounding: false }\n```\n';
