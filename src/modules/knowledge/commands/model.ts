/** `knowledge model`: shows where the models are, and downloads them. */
import { existsSync } from '../../../kernel/files.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { settingsOf } from '../operations/choose-embedder.js';
import { RERANK_MODEL } from '../embedders/cross-encoder.js';
import { untilInterrupted } from './command.js';
import { fetchModel } from '../embedders/fetch-model.js';
import { DEFAULT_MODEL, modelDirectory } from '../embedders/model-directory.js';

const STEP = 0.05;

type Place = { readonly name: string; readonly path: string; readonly use: string };

function shown({ name, path }: Place): string {
  return `${name}: ${path}${existsSync(path) ? '' : ' (missing)'}`;
}

export const knowledgeModel: ModuleCommand = {
  summary: 'show where the models are, or download one',
  forAgents: 'never',
  args: '<show|fetch>',
  options: [
    {
      flags: '--reranker',
      description: 'the model for search --rerank, instead of the sentence model',
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
      throw new NocturneError('USAGE', `knowledge model has no action "${args[0] ?? ''}"`, {
        hint: 'nocturne knowledge model show, or nocturne knowledge model fetch',
      });
    context.requireOwner('downloading a model');
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

/** Shows the progress on screen; an interrupted download can continue. */
async function fetchTo(
  { name, path }: Place,
  context: Parameters<ModuleCommand['run']>[0],
): Promise<void> {
  let reported = { file: '', part: 0 };
  await untilInterrupted(
    new NocturneError('RUN_FAILED', 'the download was stopped; nothing that arrived is lost', {
      hint: 'the same command continues it',
    }),
    (signal) =>
      fetchModel({
        directory: path,
        model: name,
        signal,
        onProgress: ({ file, bytes, total }) => {
          if (context.bar !== undefined && total !== undefined)
            return context.bar(`${file} (kB)`, { done: kilobytes(bytes), total: kilobytes(total) });
          const part = total === undefined ? 0 : bytes / total;
          if (file === reported.file && part < reported.part + STEP && part < 1) return;
          reported = { file, part };
          context.progress(
            `${file} ${bar(part)} ${(bytes / 1e6).toFixed(1)}${total === undefined ? '' : ` of ${(total / 1e6).toFixed(1)}`} MB`,
          );
        },
      }),
  );
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 1000);
}

function bar(part: number): string {
  const full = Math.round(part * 20);
  return `[${'#'.repeat(full)}${'.'.repeat(20 - full)}]`;
}
