/** Markdown of the workspace as HTML. Its own HTML is shown as text, and no image is fetched. */
import MarkdownIt from 'markdown-it';
import { plural } from '../../kernel/words.js';
import { linkFrom } from './file-link.js';
import { withShortLists } from './short-lists.js';

const RENDERER = new MarkdownIt({ html: false, linkify: false }).disable('image');
/** Of the page, and of the web. Anything else (`javascript:`, `file:`) is shown as text. */
RENDERER.validateLink = (url) => /^(?:https?:\/\/|[#/.\w-][^:]*$)/i.test(url.trim());
RENDERER.renderer.rules['link_open'] = (tokens, index, options, env, self) => {
  const token = tokens[index];
  const from: unknown = env?.['from'];
  const href =
    typeof from === 'string' ? linkFrom(from)(String(token?.attrGet('href') ?? '')) : undefined;
  if (href !== undefined) token?.attrSet('href', href);
  return self.renderToken(tokens, index, options);
};

/** @param from the path of the page, to follow its relative links; empty: of the workspace. */
export function Prose({ text, from }: { readonly text: string; readonly from?: string }) {
  const env = { from };
  const { tokens, left } = withShortLists(RENDERER.parse(text, env));
  const html = RENDERER.renderer.render(tokens, RENDERER.options, env);
  return (
    <>
      <div class="prose" dangerouslySetInnerHTML={{ __html: html }} />
      {left === 0 ? null : (
        <p class="note">{`${plural(left, 'row')} of long lists ${left === 1 ? 'is' : 'are'} not shown.`}</p>
      )}
    </>
  );
}
