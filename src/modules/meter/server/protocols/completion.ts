/** OpenAI's plain completions. */
import { completionReader, asksForUsage, withUsage } from './chat.js';
import { listOf } from './json.js';
import {
  boundedCall,
  choicesOf,
  LABELS,
  limitOf,
  namesOf,
  SAMPLING,
  unbounded,
  unboundedParameter,
} from './parameters.js';
import type { Bounded, Json, Protocol, Unbounded } from './protocol.js';

const KNOWN = namesOf(LABELS, SAMPLING, 'prompt suffix echo max_tokens n best_of');
const SMALLEST = 1;
const TEMPLATE_TOKENS = 100;

export const completion: Protocol = {
  name: 'completion',
  path: '/v1/completions',
  family: 'openai',
  bound,
  limited: (body, { maxOutput }) => withUsage({ ...body, max_tokens: maxOutput }),
  withNote: () => undefined,
  reader: (body) =>
    completionReader({
      hidesUsage: !asksForUsage(body),
      choices: Number(body['n'] ?? 1) * promptsOf(body['prompt']),
      texts: ({ text }) => [text],
    }),
};

function bound(body: Json): Bounded | Unbounded {
  const wrong = unboundedParameter(body);
  if (wrong !== undefined) return wrong;
  const { prompt } = body;
  if (typeof prompt !== 'string' && !Array.isArray(prompt))
    return unbounded('prompt', 'expected a text or a list');
  const [maxOutput, n, best] = [
    limitOf(body, ['max_tokens']),
    choicesOf(body, 'n'),
    choicesOf(body, 'best_of'),
  ];
  if (typeof maxOutput === 'object') return maxOutput;
  if (typeof n === 'object') return n;
  if (typeof best === 'object') return best;
  return boundedCall(body, KNOWN, {
    maxOutput,
    smallest: SMALLEST,
    choices: Math.max(n, best) * promptsOf(prompt),
    extraTokens: TEMPLATE_TOKENS,
    writesCache: false,
  });
}

/** A list of tokens is one prompt; a list of texts or of such lists is several. */
function promptsOf(prompt: unknown): number {
  const list = listOf(prompt);
  return list.length > 0 && typeof list[0] !== 'number' ? list.length : 1;
}
