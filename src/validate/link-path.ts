/** Where a link leads: wikilinks name a page, which may be in any folder. */
import { missingPage } from '../workspace/links.js';
import { wikiPath } from '../workspace/wikilinks.js';
import type { LinkFact } from './fact-types.js';

/** The path of a file, which may not exist; `undefined` for an anchor in the same page. */
export function linkPath(
  files: ReadonlyMap<string, unknown>,
  from: string,
  { path, wiki }: LinkFact,
): string | undefined {
  return wiki === undefined ? path : (wikiPath(files, wiki, from) ?? missingPage(wiki));
}
