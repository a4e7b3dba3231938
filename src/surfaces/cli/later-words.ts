/**
 * Words that come on standard input, to a process that was started before anybody knew them. By
 * then its code is loaded and the workspace has been read once: most of what a query takes.
 */
import { readStandardInput } from '../../kernel/read-input.js';
import { makeContext } from './context.js';

export async function laterWords(workspace: string): Promise<readonly string[]> {
  const { CATALOGUE } = await import('./catalogue.js');
  await CATALOGUE['query']?.load();
  const context = await makeContext({ workspace, json: true, quiet: true, color: false });
  context.workspace().snapshot().sql().first('SELECT path, tier FROM files', 1);
  context.close();
  const input = readStandardInput().toString('utf8');
  // What started it has ended without a word.
  if (input === '') process.exit();
  return JSON.parse(input) as readonly string[];
}
