/** Markdown of the workspace as HTML. Its own HTML is shown as text, and no image is fetched. */
import MarkdownIt from 'markdown-it';

const RENDERER = new MarkdownIt({ html: false, linkify: false }).disable('image');
/** Of the page, and of the web. Anything else (`javascript:`, `file:`) is shown as text. */
RENDERER.validateLink = (url) => /^(?:https?:\/\/|[#/.\w-][^:]*$)/i.test(url.trim());

export function Prose({ text }: { readonly text: string }) {
  return <div class="prose" dangerouslySetInnerHTML={{ __html: RENDERER.render(text) }} />;
}
