/** The items that a step with `for_each` is written for, and the values of each. */
import type { z } from 'zod';
import { slugOf } from '../../../kernel/slug.js';
import type { COMPOSING } from './template-schema.js';
import type { Values } from './substitute.js';

export type ForEach = z.output<typeof COMPOSING>['for_each'];
/** What `{{each}}` is; `suffix` makes the id of the step its own. */
export type Item = { readonly suffix: string; readonly values: Values };

/** `files`: the paths that match a glob. */
export function itemsOf(
  forEach: ForEach,
  files: (glob: string) => readonly string[],
): readonly Item[] {
  if (forEach === undefined) return [{ suffix: '', values: new Map() }];
  const seen = new Set<string>();
  return textsOf(forEach, files).map((text, i) => {
    const name = text.split('/').at(-1) ?? text;
    const slug = slugOf(name) || slugOf(text);
    const suffix =
      slug === '' || seen.has(slug) ? `${slug}${slug === '' ? '' : '-'}${i + 1}` : slug;
    seen.add(suffix);
    return {
      suffix: `.${suffix}`,
      values: new Map([
        ['each', text],
        ['each.name', name.replace(/(?<=.)\.[^.]*$/, '')],
        ['each.id', suffix],
        ['each.number', String(i + 1)],
      ]),
    };
  });
}

function textsOf(
  forEach: NonNullable<ForEach>,
  files: (glob: string) => readonly string[],
): readonly string[] {
  if (typeof forEach === 'string')
    return forEach
      .split(/[,\n]/)
      .map((item) => item.trim())
      .filter((item) => item !== '');
  if (Array.isArray(forEach)) return forEach;
  return 'files' in forEach ? files(forEach.files) : [];
}
