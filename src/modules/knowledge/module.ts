/** Module knowledge: search by meaning and by words over the markdown of the workspace. */
import type { Module } from '../types.js';
import { knowledgeIndex } from './commands/index-command.js';
import { knowledgeSearch } from './commands/search.js';

export const module: Module = {
  name: 'knowledge',
  onChange: () => undefined,
  commands: { 'knowledge index': knowledgeIndex, 'knowledge search': knowledgeSearch },
};
