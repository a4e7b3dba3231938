/** A model's directory, files and id. */
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
} from '../../../kernel/files.js';
import { join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { sha256 } from '../../../kernel/hash.js';

export const DEFAULT_MODEL = 'Xenova/all-MiniLM-L6-v2';

/** Weights by precision, in order of preference. */
const WEIGHTS = { q8: 'onnx/model_quantized.onnx', fp32: 'onnx/model.onnx' } as const;
export type Dtype = keyof typeof WEIGHTS;

/** Files without which a model does not load. */
const NEEDED = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

export type ModelFiles = {
  readonly directory: string;
  readonly dtype: Dtype;
  /** Name, precision and a hash of the files. */
  readonly id: string;
};

/** @param home `$NOCTURNE_HOME`. */
export function modelDirectory(home: string, model: string = DEFAULT_MODEL): string {
  return join(home, 'models', ...model.split('/'));
}

/** In the order of the download: the large file last. */
export function filesOfModel(dtype: Dtype): readonly string[] {
  return [...NEEDED, WEIGHTS[dtype]];
}

/** @throws NocturneError `NOT_FOUND` if a file is missing. */
export function modelFiles(
  directory: string,
  {
    model,
    dtype: asked,
    hint,
  }: { readonly model: string; readonly dtype?: Dtype | undefined; readonly hint: string },
): ModelFiles {
  if (!existsSync(directory))
    throw new NocturneError('NOT_FOUND', `the model ${model} is not in ${directory}`, { hint });
  const dtype =
    asked ??
    (Object.keys(WEIGHTS) as Dtype[]).find((candidate) =>
      existsSync(join(directory, WEIGHTS[candidate])),
    );
  if (dtype === undefined)
    throw new NocturneError(
      'NOT_FOUND',
      `the model in ${directory} has no weights: ${Object.values(WEIGHTS).join(' and ')} are missing`,
      { hint },
    );
  const missing = filesOfModel(dtype).filter((file) => !existsSync(join(directory, file)));
  if (missing.length > 0)
    throw new NocturneError(
      'NOT_FOUND',
      `the model in ${directory} is incomplete: ${missing.join(', ')} is missing`,
      { hint },
    );
  return { directory, dtype, id: `${model}@${dtype}-${fingerprint(directory, dtype)}` };
}

const ENDS = 65_536;

/** Hashes only the size and both ends of the weights: reading all takes longer than a search. */
function fingerprint(directory: string, dtype: Dtype): string {
  const small = NEEDED.map((file) => readFileSync(join(directory, file)));
  const file = openSync(join(directory, WEIGHTS[dtype]), 'r');
  try {
    const { size } = fstatSync(file);
    const [head, tail] = [Buffer.alloc(ENDS), Buffer.alloc(ENDS)];
    readSync(file, head, 0, ENDS, 0);
    readSync(file, tail, 0, ENDS, Math.max(0, size - ENDS));
    return sha256(Buffer.concat([...small, Buffer.from(` ${size} `), head, tail])).slice(0, 12);
  } finally {
    closeSync(file);
  }
}
