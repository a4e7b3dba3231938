/** OpenAI's embeddings. They have no output. */
import { AnswerRecord } from './answer-record.js';
import { countedByOpenai } from './chat.js';
import { listOf } from './json.js';
import { boundedCall, LABELS, namesOf, unbounded, unboundedParameter } from './parameters.js';
import type { Bounded, Json, Protocol, Unbounded } from './protocol.js';

const KNOWN = namesOf(
  LABELS,
  'input encoding_format dimensions input_type task truncate keep_alive',
);
/** What a model adds to each of its inputs. */
const MARKS = 16;

export const embedding: Protocol = {
  name: 'embedding',
  path: '/v1/embeddings',
  family: 'openai',
  bound,
  limited: (body) => body,
  withNote: () => undefined,
  reader() {
    const record = new AnswerRecord();
    return {
      whole(body) {
        record.states(body['usage'], countedByOpenai);
        record.isFinal = true;
      },
      event: () => ({ isHidden: false, isLast: false }),
      usage: () => record.usage(),
      digest: () => record.digest(),
    };
  },
};

function bound(body: Json): Bounded | Unbounded {
  const wrong = unboundedParameter(body);
  if (wrong !== undefined) return wrong;
  const { input } = body;
  const inputs = typeof input === 'string' ? [input] : listOf(input);
  const isText = inputs
    .flat()
    .every((part) => typeof part === 'string' || typeof part === 'number');
  if (inputs.length === 0 || !isText)
    return unbounded('input', 'expected a text, tokens, or a list of these');
  return boundedCall(body, KNOWN, {
    isStream: false,
    maxOutput: 0,
    smallest: 0,
    choices: 1,
    extraTokens: inputs.length * MARKS,
    writesCache: false,
  });
}
