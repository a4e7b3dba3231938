/**
 * A sentence model of the shape of all-MiniLM-L6-v2 with weights of 8 bits (six layers of BERT:
 * Devlin and others 2018), made of random numbers: it takes the time of
 * the real one, which cannot be had without the network, and its vectors mean nothing. The
 * vocabulary is that of a tiny model in the same directory.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Attributes,
  encodeOnnx,
  FLOAT,
  INT64,
  INT8,
  node,
  sentenceModel,
  tensor,
} from '../test/support/onnx-format.js';

export const SHAPE = { dimensions: 384, inner: 1536, layers: 6, heads: 12, positions: 512 };

/** In place of the weights of a tiny model of {@link SHAPE}'s dimensions. */
export function makeSentenceShape(directory: string): void {
  const { vocab_size: tokens } = JSON.parse(
    readFileSync(join(directory, 'config.json'), 'utf8'),
  ) as { vocab_size: number };
  writeFileSync(join(directory, 'onnx/model_quantized.onnx'), graphOf(tokens));
}

function graphOf(tokens: number): Uint8Array {
  const { dimensions, inner, layers, heads, positions } = SHAPE;
  const [nodes, weights]: [object[], object[]] = [[], []];
  const random = randomNumbers();
  const kept = (
    name: string,
    type: number,
    dims: readonly number[],
    data: ArrayBufferView,
  ): string => {
    weights.push(tensor(name, { type, dims, data }));
    return name;
  };
  const floats = (name: string, dims: readonly number[], scale = 0.05): string =>
    kept(
      name,
      FLOAT,
      dims,
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random() * scale),
    );
  const bytes = (name: string, dims: readonly number[]): string =>
    kept(
      name,
      INT8,
      dims,
      Int8Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random() * 200),
    );
  const number = (name: string, value: number): string =>
    kept(name, FLOAT, [], Float32Array.of(value));
  const whole = (name: string, dims: readonly number[], ...values: readonly number[]): string =>
    kept(name, INT64, dims, BigInt64Array.from(values, BigInt));
  let count = 0;
  const several = (
    op: string,
    input: readonly string[],
    outputs: number,
    attributes: Attributes = {},
  ): readonly string[] => {
    const output = Array.from({ length: outputs }, () => `x${count++}`);
    nodes.push(node(op, input, output, attributes));
    return output;
  };
  const run = (op: string, input: readonly string[], attributes: Attributes = {}): string =>
    several(op, input, 1, attributes)[0] as string;

  const [scale, one, half, root2, share, far] = [
    number('scale', 0.0005),
    number('one', 1),
    number('half', 0.5),
    number('root2', Math.SQRT1_2),
    number('share', Math.sqrt(heads / dimensions)),
    number('far', -10_000),
  ];
  const [split, joined] = [
    whole('split', [4], 0, 0, heads, dimensions / heads),
    whole('joined', [3], 0, 0, dimensions),
  ];
  // Quantised as ONNX Runtime's own tool does it: activations for each run, weights beforehand.
  const linear = (x: string, name: string, from: number, to: number): string => {
    const [quantised, step, zero] = several('DynamicQuantizeLinear', [x], 3) as [
      string,
      string,
      string,
    ];
    const product = run(
      'Cast',
      [run('MatMulInteger', [quantised, bytes(name, [from, to]), zero])],
      { to: FLOAT },
    );
    return run('Add', [
      run('Mul', [product, run('Mul', [step, scale])]),
      floats(`${name}.bias`, [to]),
    ]);
  };
  const even = (x: string, name: string): string =>
    run(
      'LayerNormalization',
      [x, floats(`${name}.gain`, [dimensions], 1), floats(`${name}.shift`, [dimensions])],
      { axis: -1, epsilon: { float: 1e-12 } },
    );
  const table = (name: string, rows: number, ids: string): string =>
    run('Gather', [floats(name, [rows, dimensions]), ids]);

  const length = run('Squeeze', [
    run('Gather', [run('Shape', ['input_ids']), whole('second', [1], 1)]),
  ]);
  const places = run('Range', [whole('from', [], 0), length, whole('by', [], 1)]);
  let x = even(
    run('Add', [
      run('Add', [table('words', tokens, 'input_ids'), table('types', 2, 'token_type_ids')]),
      table('places', positions, places),
    ]),
    'embedded',
  );
  const padding = run('Mul', [
    run('Sub', [
      one,
      run('Unsqueeze', [run('Cast', ['attention_mask'], { to: FLOAT }), whole('axes', [2], 1, 2)]),
    ]),
    far,
  ]);
  for (let layer = 0; layer < layers; layer++) {
    const named = (name: string): string => `layer${layer}.${name}`;
    const headed = (name: string, perm: readonly number[]): string =>
      run('Transpose', [run('Reshape', [linear(x, named(name), dimensions, dimensions), split])], {
        perm,
      });
    const scores = run('Mul', [
      run('MatMul', [headed('query', [0, 2, 1, 3]), headed('key', [0, 2, 3, 1])]),
      share,
    ]);
    const seen = run('MatMul', [
      run('Softmax', [run('Add', [scores, padding])], { axis: -1 }),
      headed('value', [0, 2, 1, 3]),
    ]);
    const context = run('Reshape', [run('Transpose', [seen], { perm: [0, 2, 1, 3] }), joined]);
    x = even(
      run('Add', [x, linear(context, named('output'), dimensions, dimensions)]),
      named('attended'),
    );
    const wide = linear(x, named('up'), dimensions, inner);
    const active = run('Mul', [
      run('Mul', [wide, half]),
      run('Add', [run('Erf', [run('Mul', [wide, root2])]), one]),
    ]);
    x = even(run('Add', [x, linear(active, named('down'), inner, dimensions)]), named('done'));
  }
  nodes.push(node('Identity', [x], ['last_hidden_state']));
  return encodeOnnx(sentenceModel({ nodes, weights, dimensions }));
}

/** From -0.5 to 0.5, the same each time. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}
