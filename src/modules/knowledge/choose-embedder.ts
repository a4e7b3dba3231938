/** Which embedder is in force: what `orchestration-os/KNOWLEDGE.md` says, or a flag; `auto` takes the best that is there and fetches nothing. */
import { NocturneError } from '../../kernel/error.js';
import { fieldText } from '../../project/field-text.js';
import type { Snapshot } from '../../workspace/types.js';
import type { Db } from './database.js';
import { type Embedder, NO_EMBEDDER } from './embedder.js';
import { latentOf } from './latent-store.js';

export const CHOICES = ['auto', 'transformers', 'openai', 'latent', 'none'] as const;
export type Choice = (typeof CHOICES)[number];
export type Settings = { readonly embedder: Choice; readonly model: string; readonly modelPath: string; readonly endpoint: string; readonly apiKeyEnv: string };

/** `why`: a sentence for whoever asks what answers. `better`: how to get a better one. */
export type InForce = { readonly embedder: Embedder; readonly why: string; readonly better?: string };

export type Choosing = {
  readonly db: Db;
  readonly settings: Settings;
  /** Whether the latent model may be learnt (anew) now: when indexing, not when searching. */
  readonly mayLearn: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal;
};

export function settingsOf(snapshot: Snapshot, flag?: unknown): Settings {
  const [record] = snapshot.records('KNOWLEDGE');
  const given = typeof flag === 'string' ? flag : fieldText(record, 'embedder') || 'auto';
  const embedder = CHOICES.find((one) => one === given);
  if (embedder === undefined) throw new NocturneError('BAD_VALUE', `there is no embedder "${given}"`, { hint: `one of ${CHOICES.join(', ')}` });
  return { embedder, model: fieldText(record, 'model'), modelPath: fieldText(record, 'model_path'), endpoint: fieldText(record, 'endpoint'), apiKeyEnv: fieldText(record, 'api_key_env') };
}

/** @throws NocturneError where the embedder that was asked for by name cannot be had. */
export async function chooseEmbedder(choosing: Choosing): Promise<InForce> {
  const { settings } = choosing;
  switch (settings.embedder) {
    case 'none':
      return { embedder: NO_EMBEDDER, why: 'words alone (embedder: none)', better: BETTER };
    case 'latent':
      return latent(choosing);
    case 'auto':
      return latent(choosing);
    case 'transformers':
    case 'openai':
      throw new NocturneError('MISSING_PART', `the embedder ${settings.embedder} is not in this build`);
  }
}

const BETTER = 'A language model understands more: put one into a directory and name it as model_path in orchestration-os/KNOWLEDGE.md (see docs/KNOWLEDGE.md).';

function latent({ db, mayLearn, progress, signal }: Choosing): InForce {
  const embedder = latentOf(db, { mayLearn, onLearn: (passages) => progress(`Learning from ${passages} passages which words keep company …`), wait: () => signal?.throwIfAborted() });
  if (embedder !== undefined) return { embedder, why: `words, and vectors learnt from this workspace (${embedder.model})`, better: BETTER };
  return { embedder: NO_EMBEDDER, why: 'words alone: there are too few passages to learn from', better: BETTER };
}
