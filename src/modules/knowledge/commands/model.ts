/** `knowledge model`: where the sentence model is, and fetching it once. */
import { existsSync } from 'node:fs';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { settingsOf } from '../choose-embedder.js';
import { fetchModel } from '../fetch-model.js';
import { DEFAULT_MODEL } from '../model-directory.js';

const STEP = 0.05;

export const knowledgeModel: ModuleCommand = {
  summary: 'show where the sentence model is, or fetch it once',
  forAgents: 'never',
  args: '<show|fetch>',
  examples: ['nocturne knowledge model show', 'nocturne knowledge model fetch'],
  async run(context, { args }) {
    const workspace = context.workspace();
    const { modelPath, model } = settingsOf(workspace.snapshot(), { home: workspace.home });
    const name = model === '' ? DEFAULT_MODEL : model;
    if (args[0] === 'show') return { exit: EXIT.ok, text: `${name}: ${modelPath}${existsSync(modelPath) ? '' : ' (not there)'}`, json: { model: name, path: modelPath, there: existsSync(modelPath) } };
    if (args[0] !== 'fetch') throw new NocturneError('USAGE', `knowledge model ${args[0] ?? ''} is not known`, { hint: 'nocturne knowledge model show, or nocturne knowledge model fetch' });
    context.requireOwner('fetching a model');
    const ending = new AbortController();
    const end = (): void => ending.abort(new NocturneError('RUN_FAILED', 'fetching was stopped; what came is kept', { hint: 'nocturne knowledge model fetch goes on where it stopped' }));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
    let told = { file: '', part: 0 };
    try {
      await fetchModel({ directory: modelPath, model: name, signal: ending.signal, onProgress: ({ file, bytes, total }) => {
        const part = total === undefined ? 0 : bytes / total;
        if (file === told.file && part < told.part + STEP && part < 1) return;
        told = { file, part };
        context.progress(`${file} ${bar(part)} ${(bytes / 1e6).toFixed(1)}${total === undefined ? '' : ` of ${(total / 1e6).toFixed(1)}`} MB`);
      } });
    } finally {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, end);
    }
    return { exit: EXIT.ok, text: `${name} is in ${modelPath}. nocturne knowledge index uses it.`, json: { model: name, path: modelPath, there: true } };
  },
};

function bar(part: number): string {
  const full = Math.round(part * 20);
  return `[${'#'.repeat(full)}${'.'.repeat(20 - full)}]`;
}
