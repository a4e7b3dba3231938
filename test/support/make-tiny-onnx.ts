/**
 * Writes a small BERT-shaped embedding model that Transformers.js loads from a directory: real ONNX
 * and a real WordPiece tokenizer, made from nothing and the
 * same each time. A token's vector is random but fixed; words of one group (`synonyms`) share most
 * of theirs, so that reworded texts come near.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeOnnx, FLOAT, INT64, node, pairModel, sentenceModel, tensor } from './onnx-format.js';

export type TinyOnnx = {
  readonly dimensions?: number;
  /** `pairs`: a re-ranking model, which says how much of the question's meaning a text has. */
  readonly task?: 'sentences' | 'pairs';
  /** Groups of words of one meaning; the vocabulary is made of them. */
  readonly synonyms?: readonly (readonly string[])[];
};

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const STOP =
  'a an and are as at be by for from has have how in is it of on or that the this to was what when where which will with you your'.split(
    ' ',
  );
const SYNONYMS: readonly (readonly string[])[] = [
  ['delete', 'remove', 'erase', 'drop'],
  ['file', 'document', 'page'],
  ['send', 'mail', 'post', 'deliver'],
  ['report', 'summary', 'digest'],
  ['team', 'group', 'people'],
  ['week', 'weekly'],
  ['cat', 'dog', 'animal'],
  ['garden', 'tree', 'plant'],
  ['sleep', 'rest'],
  ['night', 'evening'],
  ['money', 'budget', 'cost', 'price'],
  ['error', 'failure', 'bug'],
  ['database', 'table', 'sql'],
];

/** Into `directory`, which is made. */
export function makeTinyOnnx(
  directory: string,
  { dimensions = 48, synonyms = SYNONYMS, task = 'sentences' }: TinyOnnx = {},
): void {
  const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
  const words = synonyms.flat();
  const tokens = [
    ...new Set([
      ...SPECIAL,
      ...'.,;:!?-()\'"`#*/_',
      ...letters,
      ...letters.map((letter) => `##${letter}`),
      ...['s', 'es', 'ed', 'ing', 'er'].map((end) => `##${end}`),
      ...STOP,
      ...words,
    ]),
  ];
  const group = new Map(
    synonyms.flatMap((group) => group.map((word) => [word, `group of ${group[0]}`] as const)),
  );
  const vectors = tokens.map((token) => {
    const of = group.get(token);
    const own = directionOf(token, dimensions);
    if (of === undefined)
      return own.map(
        (value) => value * (token === '[PAD]' ? 1 : SPECIAL.includes(token) ? 0.02 : 0.15),
      );
    const shared = directionOf(of, dimensions);
    return own.map((value, i) => value * 0.3 + (shared[i] ?? 0));
  });
  mkdirSync(join(directory, 'onnx'), { recursive: true });
  const model = (task === 'pairs' ? pairs : sentences)(Float32Array.from(vectors.flat()), {
    tokens: tokens.length,
    dimensions,
  });
  writeFileSync(join(directory, 'onnx/model.onnx'), model);
  writeFileSync(join(directory, 'onnx/model_quantized.onnx'), model);
  for (const [name, content] of Object.entries(tokenizer(tokens, dimensions)))
    writeFileSync(join(directory, name), `${JSON.stringify(content, null, 1)}\n`);
}

/** Of length 1, from the hash of the token alone. */
function directionOf(token: string, dimensions: number): readonly number[] {
  const values: number[] = [];
  for (let block = 0; values.length < dimensions; block++) {
    const bytes = createHash('sha256').update(`${block} ${token}`).digest();
    for (let i = 0; i < bytes.length; i += 4) values.push(bytes.readInt32LE(i) / 2 ** 31);
  }
  const cut = values.slice(0, dimensions);
  const length = Math.hypot(...cut);
  return cut.map((value) => value / length);
}

type Size = { readonly tokens: number; readonly dimensions: number };

const table = (data: Float32Array, size: Size): object =>
  tensor('words', { type: FLOAT, dims: [size.tokens, size.dimensions], data });

/**
 * `last_hidden_state = words[input_ids] + types[token_type_ids]`. As with a real model, what stands
 * at the padding is not zero: whoever takes the mean leaves it out by the mask.
 */
function sentences(words: Float32Array, size: Size): Uint8Array {
  return encodeOnnx(
    sentenceModel({
      dimensions: size.dimensions,
      weights: [
        table(words, size),
        tensor('types', {
          type: FLOAT,
          dims: [2, size.dimensions],
          data: new Float32Array(2 * size.dimensions),
        }),
      ],
      nodes: [
        node('Gather', ['words', 'input_ids'], ['word']),
        node('Gather', ['types', 'token_type_ids'], ['type']),
        node('Add', ['word', 'type'], ['last_hidden_state']),
      ],
    }),
  );
}

/**
 * `logits = (sum of the question's words) · (mean of the text's words)`; tokens of type 0 are the
 * question's, of type 1 the text's.
 */
function pairs(words: Float32Array, size: Size): Uint8Array {
  const whole = (name: string, ...values: readonly number[]): object =>
    tensor(name, { type: INT64, dims: [values.length], data: BigInt64Array.from(values, BigInt) });
  return encodeOnnx(
    pairModel({
      weights: [
        table(words, size),
        whole('sequence', 1),
        whole('last', -1),
        tensor('one', { type: FLOAT, dims: [], data: Float32Array.of(1) }),
      ],
      nodes: [
        node('Gather', ['words', 'input_ids'], ['word']),
        node('Cast', ['token_type_ids'], ['of text'], { to: FLOAT }),
        node('Cast', ['attention_mask'], ['there'], { to: FLOAT }),
        node('Sub', ['one', 'of text'], ['of question']),
        node('Mul', ['of question', 'there'], ['first']),
        node('Mul', ['of text', 'there'], ['second']),
        ...['first', 'second'].flatMap((name) => [
          node('Unsqueeze', [name, 'last'], [`${name} spread`]),
          node('Mul', ['word', `${name} spread`], [`${name} words`]),
          node('ReduceSum', [`${name} words`, 'sequence'], [`${name} sum`], { keepdims: 0 }),
        ]),
        node('ReduceSum', ['second', 'sequence'], ['length'], { keepdims: 1 }),
        node('Mul', ['first sum', 'second sum'], ['product']),
        node('ReduceSum', ['product', 'last'], ['fit'], { keepdims: 1 }),
        node('Div', ['fit', 'length'], ['logits']),
      ],
    }),
  );
}

function tokenizer(
  tokens: readonly string[],
  dimensions: number,
): Readonly<Record<string, object>> {
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const named = {
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
  };
  const special = (id: string, type = 0): object => ({ SpecialToken: { id, type_id: type } });
  const text = (id: string, type = 0): object => ({ Sequence: { id, type_id: type } });
  return {
    'config.json': {
      model_type: 'bert',
      architectures: ['BertModel'],
      hidden_size: dimensions,
      vocab_size: tokens.length,
      num_hidden_layers: 1,
      num_attention_heads: 1,
      intermediate_size: dimensions,
      max_position_embeddings: 512,
      type_vocab_size: 2,
      pad_token_id: 0,
    },
    'tokenizer_config.json': {
      tokenizer_class: 'BertTokenizer',
      do_lower_case: true,
      model_max_length: 512,
      ...named,
    },
    'special_tokens_map.json': named,
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: SPECIAL.map((content, id) => ({
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [special('[CLS]'), text('A'), special('[SEP]')],
        pair: [special('[CLS]'), text('A'), special('[SEP]'), text('B', 1), special('[SEP]', 1)],
        special_tokens: Object.fromEntries(
          ['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [vocab[id]], tokens: [id] }]),
        ),
      },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab,
      },
    },
  };
}
