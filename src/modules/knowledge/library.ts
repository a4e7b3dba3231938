/** The module as a library: `import … from 'nocturne/knowledge'`. */
export { chunkText, type Chunk } from './store/chunk.js';
export {
  chooseEmbedder,
  settingsOf,
  type ActiveEmbedder,
  type Settings,
} from './operations/choose-embedder.js';
export { openKnowledge, type Db } from './store/database.js';
export { NO_EMBEDDER, type Embedder } from './embedders/embedder.js';
export {
  indexWorkspace,
  type IndexOptions,
  type IndexReport,
} from './operations/index-workspace.js';
export { nearDuplicates, type NearDuplicate } from './ranking/near-duplicates.js';
export { indexPath } from './operations/open-index.js';
export { relatedTo, type Related } from './ranking/related.js';
export { makeCrossEncoder } from './embedders/cross-encoder.js';
export type { Reranker } from './embedders/rerank.js';
export { search, type Found, type Hit, type SearchOptions } from './ranking/search.js';
