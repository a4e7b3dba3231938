/** Downloads a model into a local directory, only when the owner runs `knowledge model fetch`. */
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from '../../../kernel/files.js';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { DEFAULT_MODEL, filesOfModel } from './model-directory.js';

export type FetchProgress = {
  readonly file: string;
  readonly bytes: number;
  /** `undefined` if the server does not send it. */
  readonly total: number | undefined;
};
export type FetchModelOptions = {
  /** See `modelDirectory`. */
  readonly directory: string;
  readonly model?: string;
  /** `https://…/`; the default is the hub of Transformers.js. */
  readonly hub?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FetchProgress) => void;
};

/**
 * Skips complete files and continues interrupted ones. @throws NocturneError `RUN_FAILED`; rejects
 * with the signal's reason when cancelled.
 */
export async function fetchModel({
  directory,
  model = DEFAULT_MODEL,
  hub,
  signal,
  onProgress,
}: FetchModelOptions): Promise<void> {
  const base = hub ?? (await knownHub());
  for (const file of filesOfModel('q8')) {
    const target = join(directory, file);
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    try {
      await fetchFile(new URL(`${model}/resolve/main/${file}`, base), {
        target,
        signal,
        onProgress: (bytes, total) => onProgress?.({ file, bytes, total }),
      });
    } catch (cause) {
      if (signal?.aborted === true) throw signal.reason;
      const why =
        cause instanceof Error
          ? [cause.message, cause.cause instanceof Error ? cause.cause.message : '']
              .filter((part) => part !== '')
              .join(': ')
          : String(cause);
      throw new NocturneError(
        'RUN_FAILED',
        `${file} of the model ${model} could not be downloaded: ${why}`,
        {
          hint: `try again, which continues the download; or copy the model's files into ${directory}`,
          cause,
        },
      );
    }
  }
}

type Target = {
  readonly target: string;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (bytes: number, total: number | undefined) => void;
};

async function fetchFile(url: URL, { target, signal, onProgress }: Target): Promise<void> {
  const part = `${target}.part`;
  const had = existsSync(part) ? statSync(part).size : 0;
  const response = await fetch(url, {
    ...defined({ signal }),
    headers: defined({ range: had > 0 ? `bytes=${had}-` : undefined }),
  });
  // The part was the whole file, or the file on the server has changed.
  if (response.status === 416) {
    await response.body?.cancel();
    rmSync(part);
    return fetchFile(url, { target, signal, onProgress });
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`the server answered ${response.status}`);
  }
  const from = response.status === 206 ? had : 0;
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const total =
    Number.isNaN(length) || response.headers.has('content-encoding') ? undefined : from + length;
  let bytes = from;
  // Not through a stream, which would lose its buffer if the connection broke.
  const file = await open(part, from > 0 ? 'a' : 'w');
  try {
    for await (const chunk of response.body) {
      await file.write(chunk);
      bytes += chunk.length;
      onProgress(bytes, total);
    }
  } finally {
    await file.close();
  }
  if (total !== undefined && bytes !== total) throw new Error(`${bytes} of ${total} bytes arrived`);
  renameSync(part, target);
}

/** @throws NocturneError `MISSING_PART`. */
async function knownHub(): Promise<string> {
  try {
    const { env } = await import('@huggingface/transformers');
    return env.remoteHost;
  } catch (cause) {
    throw new NocturneError(
      'MISSING_PART',
      'the package @huggingface/transformers, which runs embedding models, is not installed',
      { hint: 'npm install --ignore-scripts @huggingface/transformers', cause },
    );
  }
}
