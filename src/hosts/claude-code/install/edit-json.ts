/** Changes one value in JSON text and leaves comments, spacing and line ends as they are. */
import { createScanner, findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';

export type JsonPath = readonly (string | number)[];

/** Adds a property (`key`) or an element (no key) after the last one of the container at `path`. */
export function withAdded(
  text: string,
  path: JsonPath,
  added: { readonly key?: string; readonly value: unknown },
): string {
  const container = nodeAt(text, path);
  const last = container.children?.at(-1);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const unit = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const inOneLine = last !== undefined && !text.slice(container.offset, last.offset).includes('\n');
  const outer = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', container.offset) + 1))?.[0] ?? '';
  const inner =
    last === undefined || inOneLine
      ? outer + unit
      : (/[ \t]*$/.exec(text.slice(0, last.offset))?.[0] ?? '');
  const rendered = `${added.key === undefined ? '' : `${JSON.stringify(added.key)}: `}${JSON.stringify(added.value, null, inOneLine ? undefined : unit).replaceAll('\n', `${eol}${inner}`)}`;
  if (last === undefined)
    return splice(text, container.offset + 1, 0, `${eol}${inner}${rendered}${eol}${outer}`);
  const end = last.offset + last.length;
  const comma = commaAfter(text, end);
  const before = inOneLine ? ' ' : `${eol}${inner}`;
  return comma === undefined
    ? splice(text, end, 0, `,${before}${rendered}`)
    : splice(text, comma + 1, 0, `${before}${rendered}`);
}

/** Removes the property or element at `path`, with one comma. */
export function withRemoved(text: string, path: JsonPath): string {
  const value = nodeAt(text, path);
  const child = value.parent?.type === 'property' ? value.parent : value;
  const container = child.parent;
  const index = container?.children?.indexOf(child) ?? -1;
  if (container === undefined) return text;
  const end = child.offset + child.length;
  const previous = container.children?.[index - 1];
  const own = commaAfter(text, end);
  const blank = /\s*$/.exec(text.slice(0, child.offset))?.[0].length ?? 0;
  if (own !== undefined) {
    const rest = splice(text, own, 1, '');
    return splice(rest, child.offset - blank, blank + child.length, '');
  }
  const without = splice(text, child.offset - blank, blank + child.length, '');
  if (previous === undefined) {
    const close = container.offset + container.length - 1 - blank - child.length;
    const inside = without.slice(container.offset + 1, close);
    return inside.trim() === ''
      ? splice(without, container.offset + 1, inside.length, '')
      : without;
  }
  const comma = commaAfter(text, previous.offset + previous.length);
  return comma === undefined ? without : splice(without, comma, 1, '');
}

export function withReplaced(text: string, path: JsonPath, value: unknown): string {
  const { offset, length } = nodeAt(text, path);
  return splice(text, offset, length, JSON.stringify(value));
}

function nodeAt(text: string, path: JsonPath): Node {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root === undefined ? undefined : findNodeAtLocation(root, [...path]);
  if (node === undefined) throw new Error(`there is nothing at ${path.join('.')}`);
  return node;
}

/** The next comma, after blanks and comments. */
function commaAfter(text: string, from: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(from);
  scanner.scan();
  return text[scanner.getTokenOffset()] === ',' ? scanner.getTokenOffset() : undefined;
}

function splice(text: string, start: number, length: number, added: string): string {
  return text.slice(0, start) + added + text.slice(start + length);
}
