/**
 * A small language model behind an OpenAI-compatible endpoint on loopback, as servers without a
 * template for tools offer it. Under `/free/v1` the model says what it likes. Under `/bound/v1` a
 * grammar holds it to one call of an offered tool, or, after the result of one, to a call or text.
 * Prints its port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { Grammar, Library, Token } from './llama-library.js';

const CONTEXT = Number(process.env.NOCTURNE_TEST_MODEL_CONTEXT ?? 8192);
/** Of one answer, where the request names no limit. */
const MOST_TOKENS = Number(process.env.NOCTURNE_TEST_MODEL_ANSWER ?? 80);

/** Threads that wait for each other cost more than they gain where other work is going on. */
const THREADS = (loadavg()[0] ?? 0) < 1.5 ? availableParallelism() : 1;

type Offered = {
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: { readonly required?: readonly string[] };
  };
};
type Asked = {
  readonly messages: readonly {
    readonly role: string;
    readonly content?: string | null;
    readonly tool_calls?: unknown;
  }[];
  readonly tools?: readonly Offered[];
  readonly max_tokens?: number;
};

const { NOCTURNE_TEST_LLAMA: library = '', NOCTURNE_TEST_MODEL: weights = '' } = process.env;
const { getLlama, LlamaGrammarEvaluationState } = (await import(
  pathToFileURL(join(library, 'dist/index.js')).href
)) as Library;
const llama = await getLlama({
  gpu: false,
  build: 'never',
  skipDownload: true,
  maxThreads: THREADS,
});
const model = await llama.loadModel({ modelPath: weights });
const context = await model.createContext({ contextSize: CONTEXT, threads: THREADS });
const sequence = context.getSequence();
const grammars = new Map<string, Promise<Grammar>>();

let queue: Promise<unknown> = Promise.resolve();
let seed = 0;

// Ends with the process that started it, however that ends.
process.stdin.resume().on('end', () => process.exit());

const server = createServer((request, response) => {
  queue = queue
    .then(() => answer(request, response))
    .catch((error: unknown) => send(response, 500, failure(String(error), 'server_error')));
});
server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as AddressInfo).port}`));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let gone = false;
  response.on('close', () => {
    gone = true;
  });
  const body: Buffer[] = [];
  for await (const chunk of request) body.push(chunk as Buffer);
  const asked = JSON.parse(Buffer.concat(body).toString('utf8')) as Asked;
  const tools = asked.tools ?? [];
  const prompt = model.tokenize(promptOf(asked, tools), true);
  if (prompt.length + 1 >= CONTEXT)
    return send(
      response,
      400,
      failure(
        `the request exceeds the available context size (${prompt.length} of ${CONTEXT} tokens)`,
        'exceed_context_size_error',
      ),
    );
  const isBound = request.url?.startsWith('/bound/') === true && tools.length > 0;
  const most = Math.min(asked.max_tokens ?? MOST_TOKENS, CONTEXT - prompt.length - 1);
  const said = await generate(prompt, {
    grammar: isBound ? await grammarOf(tools, asked.messages.at(-1)?.role === 'tool') : undefined,
    most,
    stop: () => gone,
  });
  const { text, tokens, ended } = said;
  send(response, 200, {
    id: `chatcmpl-${seed}`,
    object: 'chat.completion',
    model: 'SmolLM2-135M-Instruct',
    choices: [
      {
        index: 0,
        finish_reason: ended ? 'stop' : 'length',
        message: { role: 'assistant', ...(isBound ? bound(text) : { content: text }) },
      },
    ],
    usage: { prompt_tokens: prompt.length, completion_tokens: tokens },
  });
}

async function generate(
  prompt: readonly Token[],
  {
    grammar,
    most,
    stop,
  }: {
    readonly grammar: Grammar | undefined;
    readonly most: number;
    readonly stop: () => boolean;
  },
): Promise<{ readonly text: string; readonly tokens: number; readonly ended: boolean }> {
  await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
  const state =
    grammar === undefined ? undefined : new LlamaGrammarEvaluationState({ model, grammar });
  const tokens: Token[] = [];
  let ended = false;
  const options = {
    temperature: 0.7,
    topP: 0.95,
    seed: ++seed,
    yieldEogToken: true,
    ...(state === undefined ? {} : { grammarEvaluationState: state }),
  };
  for await (const token of sequence.evaluate(prompt.slice(sequence.nextTokenIndex), options)) {
    ended = model.isEogToken(token);
    if (ended) break;
    tokens.push(token);
    if (tokens.length >= most || stop()) break;
  }
  return { text: model.detokenize(tokens), tokens: tokens.length, ended };
}

/** In the model's own form of messages. */
function promptOf({ messages }: Asked, tools: readonly Offered[]): string {
  const how =
    tools.length === 0
      ? ''
      : `\n\nTools:\n${tools.map(signature).join('\n')}\nTo call one, answer with {"tool_call": {"name": ..., "arguments": ...}}, otherwise with {"response": ...}.`;
  const turns = messages.map(({ role, content, tool_calls: calls }, i) => {
    const text = `${content ?? ''}${calls === undefined ? '' : JSON.stringify(calls)}`;
    return `<|im_start|>${role === 'tool' ? 'user' : role}\n${text}${i === 0 ? how : ''}<|im_end|>\n`;
  });
  return `${turns.join('')}<|im_start|>assistant\n`;
}

function signature({ function: { name, parameters } }: Offered): string {
  return `${name}(${(parameters.required ?? []).join(', ')})`;
}

/** Texts of a call are short enough to fit into an answer. */
function grammarOf(tools: readonly Offered[], mayStop: boolean): Promise<Grammar> {
  const key = JSON.stringify([mayStop, tools]);
  const known = grammars.get(key);
  if (known !== undefined) return known;
  const calls = tools.map(({ function: { name, parameters } }) => ({
    type: 'object',
    properties: {
      name: { const: name },
      arguments: {
        type: 'object',
        properties: Object.fromEntries(
          (parameters.required ?? []).map((argument) => [
            argument,
            { type: 'string', maxLength: 120 },
          ]),
        ),
      },
    },
  }));
  const made = llama.createGrammarForJsonSchema({
    oneOf: [
      { type: 'object', properties: { tool_call: { oneOf: calls } } },
      ...(mayStop ? [{ type: 'object', properties: { response: { type: 'string' } } }] : []),
    ],
  });
  grammars.set(key, made);
  return made;
}

/** An answer that was cut inside its JSON is passed on as text. */
function bound(text: string): object {
  try {
    const said = JSON.parse(text) as {
      readonly response?: string;
      readonly tool_call?: { readonly name: string; readonly arguments: unknown };
    };
    if (said.tool_call === undefined) return { content: said.response ?? '' };
    const { name, arguments: args } = said.tool_call;
    const call = { name, arguments: JSON.stringify(args) };
    return {
      content: null,
      tool_calls: [{ id: `call_${seed}`, type: 'function', function: call }],
    };
  } catch {
    return { content: text };
  }
}

function failure(message: string, type: string): object {
  return { error: { code: 400, message, type } };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
