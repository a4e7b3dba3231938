/** The module for programs beside the command line: `import … from 'nocturne/knowledge'`. */
export { chunkText, type Chunk } from './chunk.js';
export { chooseEmbedder, settingsOf, type InForce, type Settings } from './choose-embedder.js';
export { openKnowledge, type Db } from './database.js';
export { NO_EMBEDDER, type Embedder } from './embedder.js';
export { indexWorkspace, type IndexOptions, type IndexReport } from './index-workspace.js';
export { nearDuplicates, type NearDuplicate } from './near-duplicates.js';
export { indexPath } from './open-index.js';
export { relatedTo, type Related } from './related.js';
export { makeCrossEncoder } from './cross-encoder.js';
export type { Reranker } from './rerank.js';
export { search, type Found, type Hit, type SearchOptions } from './search.js';
