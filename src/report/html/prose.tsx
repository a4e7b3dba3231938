/** Markdown of the workspace as HTML. Its own HTML is shown as text, and no image is fetched. */
import MarkdownIt from 'markdown-it';
import { linkFrom } from './file-link.js';

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
  return (
    <div class="prose" dangerouslySetInnerHTML={{ __html: RENDERER.render(text, { from }) }} />
  );
}
