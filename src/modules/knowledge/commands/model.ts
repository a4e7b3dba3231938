/** `knowledge model`: where the models are, and fetching one of them once. */
import { existsSync } from 'node:fs';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { settingsOf } from '../operations/choose-embedder.js';
import { RERANK_MODEL } from '../embedders/cross-encoder.js';
import { fetchModel } from '../embedders/fetch-model.js';
import { DEFAULT_MODEL, modelDirectory } from '../embedders/model-directory.js';

const STEP = 0.05;

type Place = { readonly name: string; readonly path: string; readonly use: string };

function shown({ name, path }: Place): string {
  return `${name}: ${path}${existsSync(path) ? '' : ' (not there)'}`;
}

export const knowledgeModel: ModuleCommand = {
  summary: 'show where the models are, or fetch one of them once',
  forAgents: 'never',
  args: '<show|fetch>',
  options: [
    {
      flags: '--reranker',
      description: 'the model that search --rerank asks, in place of the sentence model',
    },
  ],
  examples: [
    'nocturne knowledge model show',
    'nocturne knowledge model fetch',
    'nocturne knowledge model fetch --reranker',
  ],
  async run(context, { args, options }) {
    const workspace = context.workspace();
    const settings = settingsOf(workspace.snapshot(), { home: workspace.home });
    const sentence: Place = {
      name: settings.model === '' ? DEFAULT_MODEL : settings.model,
      path: settings.modelPath,
      use: '`nocturne knowledge index` uses it',
    };
    const reranker: Place = {
      name: RERANK_MODEL,
      path: modelDirectory(workspace.home, RERANK_MODEL),
      use: '`nocturne knowledge search --rerank` uses it',
    };
    if (args[0] === 'show')
      return {
        exit: EXIT.ok,
        text: [sentence, reranker].map(shown).join('\n'),
        json: {
          model: sentence.name,
          path: sentence.path,
          there: existsSync(sentence.path),
          reranker: { model: reranker.name, path: reranker.path, there: existsSync(reranker.path) },
        },
      };
    if (args[0] !== 'fetch')
      throw new NocturneError('USAGE', `knowledge model ${args[0] ?? ''} is not known`, {
        hint: 'nocturne knowledge model show, or nocturne knowledge model fetch',
      });
    context.requireOwner('fetching a model');
    const place = options['reranker'] === true ? reranker : sentence;
    await fetchTo(place, context);
    const { name, path, use } = place;
    return {
      exit: EXIT.ok,
      text: `${name} is in ${path}. ${use}.`,
      json: { model: name, path, there: true },
    };
  },
};

/** Fetches a model, with its progress on screen; an interrupt keeps what came. */
async function fetchTo(
  { name, path }: Place,
  context: Parameters<ModuleCommand['run']>[0],
): Promise<void> {
  const ending = new AbortController();
  const end = (): void =>
    ending.abort(
      new NocturneError('RUN_FAILED', 'fetching was stopped; what came is kept', {
        hint: 'the same command goes on where it stopped',
      }),
    );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  let reported = { file: '', part: 0 };
  try {
    await fetchModel({
      directory: path,
      model: name,
      signal: ending.signal,
      onProgress: ({ file, bytes, total }) => {
        const part = total === undefined ? 0 : bytes / total;
        if (file === reported.file && part < reported.part + STEP && part < 1) return;
        reported = { file, part };
        context.progress(
          `${file} ${bar(part)} ${(bytes / 1e6).toFixed(1)}${total === undefined ? '' : ` of ${(total / 1e6).toFixed(1)}`} MB`,
        );
      },
    });
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, end);
  }
}

function bar(part: number): string {
  const full = Math.round(part * 20);
  return `[${'#'.repeat(full)}${'.'.repeat(20 - full)}]`;
}
