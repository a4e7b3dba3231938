/** Where a model lies on disk, which of its files are used, and what it is called. */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { NocturneError } from '../../../kernel/error.js';
import { sha256 } from '../../../kernel/hash.js';

export const DEFAULT_MODEL = 'Xenova/all-MiniLM-L6-v2';

/** Precisions by the file that holds them, the better choice for a processor first. */
const WEIGHTS = { q8: 'onnx/model_quantized.onnx', fp32: 'onnx/model.onnx' } as const;
export type Dtype = keyof typeof WEIGHTS;

/** Files without which a model does not load. */
const NEEDED = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];

export type ModelFiles = {
  readonly directory: string;
  readonly dtype: Dtype;
  /** Name, precision and a hash of the files: another one makes other vectors. */
  readonly id: string;
};

/** The place of a fetched model. @param home the directory of the state outside of workspaces. */
export function modelDirectory(home: string, model: string = DEFAULT_MODEL): string {
  return join(home, 'models', ...model.split('/'));
}

/** What {@link modelFiles} looks for, in the order in which it is fetched: the large file last. */
export function filesOfModel(dtype: Dtype): readonly string[] {
  return [...NEEDED, WEIGHTS[dtype]];
}

/** @throws NocturneError `NOT_FOUND` where a file is missing. */
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
      `the model in ${directory} has no weights: neither ${Object.values(WEIGHTS).join(' nor ')} is there`,
      { hint },
    );
  const missing = filesOfModel(dtype).filter((file) => !existsSync(join(directory, file)));
  if (missing.length > 0)
    throw new NocturneError(
      'NOT_FOUND',
      `the model in ${directory} is not whole: ${missing.join(', ')} is missing`,
      { hint },
    );
  return { directory, dtype, id: `${model}@${dtype}-${fingerprint(directory, dtype)}` };
}

const ENDS = 65_536;

/** Of the weights only the size and both ends: reading all of them takes longer than a search. */
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
