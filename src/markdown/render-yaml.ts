/** Renders values as YAML: scalars, lists, and the front matter of a new document. */
import { NocturneError } from '../kernel/error.js';
import { parseYaml } from './front-matter.js';
import { NULL } from './plain-yaml-inline.js';
import { isMap, isScalar, stringify } from 'yaml';
import type { Value } from './types.js';

const PLAIN = /^[A-Za-z0-9_/.(][\w /.,()+@%=~;<>$^*!?|'"-]*$/u;
const STYLE = {
  version: '1.2',
  schema: 'core',
  lineWidth: 0,
  aliasDuplicateObjects: false,
} as const;

/** The style of a replaced scalar, kept if the new value allows it. `flow`: plain in brackets. */
export type Quotes = 'plain' | 'single' | 'double' | 'flow';

/** One line of YAML for a scalar. */
export function renderScalar(
  value: string | number | boolean | null,
  quotes: Quotes = 'plain',
): string {
  const text = value === null ? '' : String(value);
  if (value === null) return quotes === 'plain' || quotes === 'flow' ? 'null' : '""';
  if (
    quotes === 'double' ||
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]|\p{Surrogate}/u.test(text)
  )
    return renderDouble(text);
  if (quotes === 'single') return `'${text.replaceAll("'", "''")}'`;
  if (quotes === 'flow' && !/^[\w./-]+$/.test(text)) return renderDouble(text);
  return isPlain(text) ? text : renderDouble(text);
}

/** Block YAML of any value, with a line ending at its end. */
export function renderYaml(value: Value): string {
  return stringify(value, STYLE);
}

/** One line of YAML for a list or a map. */
export function renderFlow(value: Value): string {
  return stringify(value, { ...STYLE, collectionStyle: 'flow', flowCollectionPadding: false })
    .trimEnd()
    .replace(/\n\s*/g, ' ');
}

/** The lines of `name: value` for a set of fields; dotted names become nested maps. */
export function renderFrontMatter(fields: Readonly<Record<string, Value>>): string {
  const root: Tree = new Map();
  for (const [name, value] of Object.entries(fields)) plant(root, name, value);
  return renderTree(root, '');
}

type Tree = Map<string, Tree | { readonly value: Value }>;

function plant(root: Tree, name: string, value: Value): void {
  const path = name.split('.');
  const leaf = path.pop();
  let tree = root;
  for (const part of path) {
    const next = tree.get(part) ?? new Map();
    if (!(next instanceof Map))
      throw new NocturneError(
        'BAD_VALUE',
        `"${name}" cannot be set: "${part}" has a value of its own`,
      );
    tree.set(part, next);
    tree = next;
  }
  if (leaf === undefined || leaf === '' || path.includes(''))
    throw new NocturneError(
      'BAD_VALUE',
      `"${name}" is not a field's name; expected words joined by dots`,
    );
  if (tree.has(leaf))
    throw new NocturneError('BAD_VALUE', `"${name}" cannot be set: it has fields of its own`);
  tree.set(leaf, { value });
}

function renderTree(tree: Tree, indent: string): string {
  let text = '';
  for (const [name, node] of tree) {
    text +=
      node instanceof Map
        ? `${indent}${renderName(name)}:\n${renderTree(node, `${indent}  `)}`
        : `${indent}${renderEntry(name, node.value, indent)}\n`;
  }
  return text;
}

/** `name: value`, with lists and maps as blocks below; no line ending at the end. */
export function renderEntry(name: string, value: Value, indent: string): string {
  const key = renderName(name);
  if (value === null || value === '') return `${key}:`;
  if (typeof value !== 'object') return `${key}: ${renderScalar(value)}`;
  if (Object.keys(value).length === 0) return `${key}: ${Array.isArray(value) ? '[]' : '{}'}`;
  return `${key}:\n${indentLines(renderYaml(value), `${indent}  `)}`;
}

/** Indents the lines of a block, except blank lines. */
export function indentLines(block: string, indent: string): string {
  return block
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? line : indent + line))
    .join('\n');
}

function renderName(name: string): string {
  return /^[A-Za-z_][\w-]*$/.test(name) && !NULL.test(name) ? name : renderDouble(name);
}

function renderDouble(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether the text without quotes means itself. The parser decides if the fast pattern cannot. */
function isPlain(text: string): boolean {
  if (text === '' || NULL.test(text) || text !== text.trim() || /[\n\r]/.test(text)) return false;
  if (PLAIN.test(text) && !text.startsWith('---') && !text.startsWith('...')) return true;
  const { contents, errors, warnings } = parseYaml(`x: ${text}\n`);
  if (errors.length > 0 || warnings.length > 0 || !isMap(contents) || contents.items.length !== 1)
    return false;
  const node = contents.items[0]?.value;
  return (
    isScalar(node) &&
    node.type === 'PLAIN' &&
    node.source === text &&
    node.comment === undefined &&
    contents.comment === undefined
  );
}
