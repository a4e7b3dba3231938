/** Content parts of messages: which of them can be bounded, and how many are images. */
import { isObject, listOf, textOf } from './json.js';
import { unbounded } from './parameters.js';
import type { Unbounded } from './protocol.js';

/** Part types by how they count. `nested`: fields with parts of their own. */
export type PartTypes = {
  readonly text: ReadonlySet<string>;
  readonly image: ReadonlySet<string>;
  readonly nested: Readonly<Record<string, string>>;
};

/** The number of images in a text, or in a list of parts. @param param for the reason. */
export function imagesIn(content: unknown, types: PartTypes, param: string): number | Unbounded {
  if (content === undefined || content === null || typeof content === 'string') return 0;
  if (!Array.isArray(content)) return unbounded(param, 'expected a text or a list of parts');
  let images = 0;
  for (const part of content) {
    const found = imagesInPart(part, types, param);
    if (typeof found !== 'number') return found;
    images += found;
  }
  return images;
}

function imagesInPart(part: unknown, types: PartTypes, param: string): number | Unbounded {
  if (typeof part === 'string') return 0;
  if (!isObject(part)) return unbounded(param, 'expected parts that are objects');
  const type = textOf(part['type']);
  if (types.image.has(type)) return 1;
  const inside = types.nested[type];
  if (inside !== undefined) return imagesIn(part[inside], types, param);
  return types.text.has(type)
    ? 0
    : unbounded(param, `nobody can tell how many tokens a part of type "${type}" has`);
}

/** The same for a list of messages that each have `content`. */
export function imagesInMessages(messages: unknown, types: PartTypes): number | Unbounded {
  if (!Array.isArray(messages)) return unbounded('messages', 'expected a list');
  let images = 0;
  for (const message of messages) {
    if (!isObject(message)) return unbounded('messages', 'expected messages that are objects');
    const found = imagesIn(message['content'], types, 'messages');
    if (typeof found !== 'number') return found;
    images += found;
  }
  return images;
}

/**
 * The note as the last part of the last message, which is a person's or a tool's; `undefined` after
 * an answer that the model is to continue.
 */
export function noteInLast(
  messages: unknown,
  note: string,
  part: (text: string) => object,
): readonly unknown[] | undefined {
  const list = listOf(messages);
  const last = list.at(-1);
  if (!isObject(last) || !['user', 'tool'].includes(textOf(last['role']))) return undefined;
  const { content } = last;
  if (typeof content === 'string')
    return [...list.slice(0, -1), { ...last, content: `${content}\n\n${note}` }];
  if (!Array.isArray(content)) return undefined;
  return [...list.slice(0, -1), { ...last, content: [...content, part(note)] }];
}
