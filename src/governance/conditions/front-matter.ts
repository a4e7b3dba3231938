/** The front matter of any project page, by dotted names. */
import { messageOf } from '../../kernel/error.js';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Snapshot } from '../../workspace/types.js';

export type FrontMatterValue = { readonly text: string; readonly line: number };
export type FrontMatterRead =
  | {
      readonly kind: 'read';
      readonly data: unknown;
      readonly value: (name: string) => FrontMatterValue | undefined;
    }
  | { readonly kind: 'unreadable'; readonly why: string };

/** A page without front matter has no values; one with broken YAML is unreadable. */
export function parseFrontMatter(snapshot: Snapshot, path: string): FrontMatterRead {
  const doc = snapshot.doc(path);
  if (doc === undefined) return { kind: 'unreadable', why: 'not UTF-8 text' };
  if (doc.frontMatter === undefined)
    return { kind: 'read', data: undefined, value: () => undefined };
  const { contentStart, contentEnd } = doc.frontMatter;
  const lines = new LineCounter();
  const parsed = parseDocument(doc.text.slice(contentStart, contentEnd), {
    lineCounter: lines,
    logLevel: 'silent',
  });
  const [problem] = parsed.errors;
  if (problem !== undefined)
    return {
      kind: 'unreadable',
      why: `its front matter is not YAML: ${problem.message.split('\n')[0] ?? ''}`,
    };
  const before = doc.text.slice(0, contentStart).split('\n').length - 1;
  let data: unknown;
  try {
    data = parsed.toJS({ maxAliasCount: 50 });
  } catch (cause) {
    return {
      kind: 'unreadable',
      why: `its front matter cannot be expanded: ${messageOf(cause)}`,
    };
  }
  return {
    kind: 'read',
    data,
    value(name) {
      let node: unknown = parsed.contents;
      for (const step of name.split('.')) node = isMap(node) ? node.get(step, true) : undefined;
      if (!isNode(node)) return undefined;
      const line = lines.linePos(node.range?.[0] ?? 0).line + before;
      if (!isScalar(node))
        return { text: JSON.stringify(node.toJS(parsed, { maxAliasCount: 50 })), line };
      if (node.value === null) return { text: '', line };
      return { text: typeof node.source === 'string' ? node.source : String(node.value), line };
    },
  };
}
