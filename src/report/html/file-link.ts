/** Addresses of the dashboard for files of the workspace, and for links between its pages. */
import { posix } from 'node:path';

export function fileHref(path: string): string {
  return `/file?path=${encodeURIComponent(path)}`;
}

/**
 * What a relative link of a page leads to in the dashboard; `undefined`: it stays as it is.
 * @param from the path of the page; empty for text that is relative to the workspace.
 */
export function linkFrom(from: string): (href: string) => string | undefined {
  return (href) => {
    if (/^(?:[a-z][a-z0-9+.-]*:|\/\/|#)/i.test(href)) return undefined;
    const [target = '', fragment] = href.split('#');
    const path = posix.normalize(posix.join(posix.dirname(from), decoded(target)));
    if (path.startsWith('../') || path === '..') return undefined;
    const place = fragment === undefined ? '' : `#${fragment}`;
    return `${fileHref(path.replace(/^\//, ''))}${place}`;
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
