/**
 * Chooses the active embedder, by `orchestration-os/KNOWLEDGE.md` or a flag. `auto` takes the best
 * one that is installed; it downloads and sends nothing.
 */
import { existsSync } from '../../../kernel/files.js';
import { resolve } from 'node:path';
import { defined } from '../../../kernel/defined.js';
import { NocturneError } from '../../../kernel/error.js';
import { fieldText } from '../../../project/field-text.js';
import type { Snapshot } from '../../../workspace/types.js';
import type { Db } from '../store/database.js';
import { type Embedder, NO_EMBEDDER } from '../embedders/embedder.js';
import { latentOf } from '../latent/latent-store.js';
import { DEFAULT_MODEL, modelDirectory } from '../embedders/model-directory.js';
import { makeOpenaiEmbedder } from '../embedders/openai-embedder.js';
import { makeTransformersEmbedder } from '../embedders/transformers-embedder.js';

export const CHOICES = ['auto', 'transformers', 'openai', 'latent', 'none'] as const;
export type Choice = (typeof CHOICES)[number];
export type Settings = {
  readonly embedder: Choice;
  readonly model: string;
  /** The folder of the model, which may not exist. */
  readonly modelPath: string;
  readonly endpoint: string;
  readonly apiKeyEnv: string;
};

/** `why`: what searches, in a few words. `better`: how to get a better one. */
export type ActiveEmbedder = {
  readonly embedder: Embedder;
  readonly why: string;
  readonly better?: string;
};

export type Choosing = {
  readonly db: Db;
  readonly settings: Settings;
  /** Whether the latent model may be learned now: only when indexing. */
  readonly mayLearn: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal;
};

const BETTER = `A sentence model finds more: nocturne knowledge model fetch downloads ${DEFAULT_MODEL} (about 23 MB), then nocturne knowledge index uses it. Without a network, see docs/KNOWLEDGE.md.`;

/**
 * @param flag an embedder, instead of the page's. @param home where downloaded models are. @throws
 * NocturneError `BAD_VALUE` for an unknown one.
 */
export function settingsOf(
  snapshot: Snapshot,
  { home, flag }: { readonly home: string; readonly flag?: string | undefined },
): Settings {
  const [record] = snapshot.records('KNOWLEDGE');
  const name = flag ?? (fieldText(record, 'embedder') || 'auto');
  const embedder = CHOICES.find((choice) => choice === name);
  if (embedder === undefined)
    throw new NocturneError('BAD_VALUE', `there is no embedder "${name}"`, {
      hint: `choose one of ${CHOICES.join(', ')}`,
    });
  const [model, path] = [fieldText(record, 'model'), fieldText(record, 'model_path')];
  return {
    embedder,
    model,
    modelPath:
      path === '' ? modelDirectory(home, model || DEFAULT_MODEL) : resolve(snapshot.root, path),
    endpoint: fieldText(record, 'endpoint'),
    apiKeyEnv: fieldText(record, 'api_key_env'),
  };
}

/** @throws NocturneError if a named embedder cannot be used. */
export async function chooseEmbedder(choosing: Choosing): Promise<ActiveEmbedder> {
  switch (choosing.settings.embedder) {
    case 'none':
      return { embedder: NO_EMBEDDER, why: 'words alone (embedder: none)', better: BETTER };
    case 'latent':
      return latent(choosing);
    case 'transformers':
      return transformers(choosing);
    case 'openai':
      return openai(choosing);
    case 'auto':
      return auto(choosing);
  }
}

/** Reports an installed model that cannot be used, and falls back. */
async function auto(choosing: Choosing): Promise<ActiveEmbedder> {
  if (!existsSync(choosing.settings.modelPath)) return latent(choosing);
  try {
    return await transformers(choosing);
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    const less = await latent(choosing);
    return {
      ...less,
      why: `${less.why}; the model in ${choosing.settings.modelPath} cannot be used: ${error.message}`,
      ...defined({ better: error.hint }),
    };
  }
}

async function transformers({ settings, signal }: Choosing): Promise<ActiveEmbedder> {
  const embedder = await makeTransformersEmbedder({
    modelPath: settings.modelPath,
    model: settings.model || DEFAULT_MODEL,
    ...defined({ signal }),
  });
  return { embedder, why: `words and the sentence model ${embedder.model}` };
}

async function openai({ settings, env, signal }: Choosing): Promise<ActiveEmbedder> {
  const { endpoint, model, apiKeyEnv } = settings;
  if (endpoint === '' || model === '')
    throw new NocturneError(
      'CONFIG',
      `the embedder openai needs ${endpoint === '' ? 'an endpoint' : 'a model'}`,
      {
        file: 'orchestration-os/KNOWLEDGE.md',
        hint: 'set it in orchestration-os/KNOWLEDGE.md and sign that page',
      },
    );
  const apiKey = apiKeyEnv === '' ? '' : env[apiKeyEnv];
  if (apiKey === undefined)
    throw new NocturneError(
      'CONFIG',
      `the environment variable ${apiKeyEnv}, the key of the endpoint, is not set`,
      {
        file: 'orchestration-os/KNOWLEDGE.md',
        hint: `export ${apiKeyEnv}, or leave api_key_env empty for an endpoint without a key`,
      },
    );
  const embedder = await makeOpenaiEmbedder({
    endpoint,
    model,
    apiKey,
    ...defined({ signal }),
  });
  return { embedder, why: `words and ${embedder.model} at ${endpoint}` };
}

async function latent({ db, mayLearn, progress, signal }: Choosing): Promise<ActiveEmbedder> {
  const embedder = await latentOf(db, {
    mayLearn,
    onLearn: (passages) =>
      progress(`Learning from ${passages} passages which words appear together …`),
    ...defined({ signal }),
  });
  if (embedder !== undefined)
    return {
      embedder,
      why: 'words, and vectors learned from this workspace',
      better: BETTER,
    };
  return {
    embedder: NO_EMBEDDER,
    why: mayLearn
      ? 'words alone: there are too few passages to learn from'
      : 'words alone: no vectors were learned from this workspace yet',
    better: BETTER,
  };
}
