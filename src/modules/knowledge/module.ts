/** Module knowledge: search by words and by meaning over the markdown of the workspace. */
import type { Module } from '../types.js';
import { alike } from './operations/alike.js';
import { briefPassages } from './operations/brief-passages.js';
import { knowledgeBench } from './commands/bench.js';
import { knowledgeIndex } from './commands/index-command.js';
import { knowledgeModel } from './commands/model.js';
import { knowledgeRelated } from './commands/related.js';
import { knowledgeSearch } from './commands/search.js';
import { knowledgeStats } from './commands/stats.js';
import { refreshIndex } from './operations/refresh-index.js';
import { TOOLS } from './operations/tools.js';

export const module: Module = {
  name: 'knowledge',
  onChange: (_changes, context) => refreshIndex(context),
  fragments: (context) => briefPassages(context),
  alike: (context) => alike(context),
  commands: {
    'knowledge index': knowledgeIndex,
    'knowledge search': knowledgeSearch,
    'knowledge related': knowledgeRelated,
    'knowledge stats': knowledgeStats,
    'knowledge model': knowledgeModel,
    'knowledge bench': knowledgeBench,
  },
  tools: TOOLS,
};
