/** Passages of the workspace: by the index of module knowledge, or line by line without it. */
import { NocturneError } from '../../../../kernel/error.js';
import type { PageContext } from '../../../../passes/dashboard-page.js';
import { fileHref } from '../../../../report/html/file-link.js';
import type { Hit } from './named-hits.js';

export type TextHit = Hit & {
  /** From and to, in `about`: what matched. */
  readonly marks: readonly (readonly [number, number])[];
};
/** `how`: how it was searched, or why it was not; a sentence. */
export type TextHits = { readonly hits: readonly TextHit[]; readonly how: string };

type Found = {
  readonly path: string;
  readonly line: number;
  readonly heading?: string;
  readonly text: string;
  readonly marks?: readonly (readonly [number, number])[];
};
type Passage = Omit<Found, 'text'> & { readonly snippet: string };

const MOST = 25;

export async function textHits(
  { call }: Pick<PageContext, 'call'>,
  { text, project }: { readonly text: string; readonly project: string },
): Promise<TextHits> {
  const folder = project === '' ? undefined : `PROJECTS/${project}/**`;
  try {
    const args = [folder === undefined ? text : `${text} path:${folder}`];
    const { json } = await call('knowledge search', { args, options: { limit: String(MOST) } });
    const { hits, searchedBy } = json as unknown as {
      readonly hits: readonly Passage[];
      readonly searchedBy: string;
    };
    return {
      hits: hits.map((hit) => hitOf({ ...hit, text: hit.snippet })),
      how: `Texts were searched by ${searchedBy}.`,
    };
  } catch (error) {
    if (!(error instanceof NocturneError) || error.code !== 'NOT_FOUND') throw error;
    return lineHits({ call }, { text, folder, why: error });
  }
}

/** What is left where no index is. */
async function lineHits(
  { call }: Pick<PageContext, 'call'>,
  {
    text,
    folder,
    why,
  }: { readonly text: string; readonly folder: string | undefined; readonly why: NocturneError },
): Promise<TextHits> {
  try {
    const options = folder === undefined ? {} : { glob: folder };
    const { json } = await call('search', { args: [text], options });
    const { hits, unsearched } = json as unknown as {
      readonly hits: readonly Found[];
      readonly unsearched: readonly string[];
    };
    const but = unsearched.length === 0 ? '' : `, but for long logs (${unsearched.join(', ')})`;
    return {
      hits: hits.slice(0, MOST).map(hitOf),
      how: `Texts were searched line by line${but}: ${why.message}; ${why.hint ?? ''}.`,
    };
  } catch (error) {
    // What has that name was found all the same.
    if (!(error instanceof NocturneError)) throw error;
    return { hits: [], how: `Texts were not searched: ${error.message}.` };
  }
}

function hitOf({ path, line, heading = '', text, marks = [] }: Found): TextHit {
  return {
    kind: 'text',
    href: fileHref(path),
    name: `${path}:${line}${heading === '' ? '' : ` ${heading}`}`,
    about: text,
    marks,
    project: /^PROJECTS\/([^/]+)\//.exec(path)?.[1] ?? '',
  };
}
