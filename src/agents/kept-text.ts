/** A stranger's text as a page keeps it: in a fence that the text cannot close. */
import { scan } from '../markdown/scan.js';
import { fenceFor } from './quote-data.js';

export function keptBody(text: string): string {
  const fence = fenceFor(text);
  return `${fence}text\n${text}\n${fence}\n`;
}

/** @param page with the text in its first fence after the front matter. */
export function keptText(page: string): string {
  const doc = scan(page);
  const [fence] = doc.fences.filter((candidate) => candidate.start >= (doc.frontMatter?.end ?? 0));
  return fence === undefined
    ? ''
    : doc.text.slice(fence.contentStart, fence.contentEnd).replace(/\n$/, '');
}
