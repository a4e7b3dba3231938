/** Writes the owner's details where the registry reads them: USER.md and SOUL.md. */
import { setField } from '../markdown/edit-records.js';
import { scan } from '../markdown/scan.js';
import { readRecords } from '../markdown/read-records.js';
import type { ObjectSpec, Schema } from '../registry/types.js';

export type OwnerDetails = {
  readonly owner?: string;
  readonly timeZone?: string;
  readonly domain?: string;
};

/** Sets the given fields. Returns a text without the section unchanged. */
export function withOwner(text: string, schema: Schema, words: OwnerDetails): string {
  return setAll(text, schema.objects.get('OWNER'), {
    key: 'Owner',
    file: 'USER.md',
    fields: { name: words.owner, time_zone: words.timeZone },
  });
}

export function withDomain(text: string, schema: Schema, words: OwnerDetails): string {
  return setAll(text, schema.objects.get('DOMAIN'), {
    key: 'Domain',
    file: 'SOUL.md',
    fields: { domain_anchor: words.domain },
  });
}

/** A shipped file with the owner's details. */
export function filledIn(
  path: string,
  text: string,
  options: { readonly schema: Schema; readonly words: OwnerDetails },
): string {
  if (path === 'USER.md') return withOwner(text, options.schema, options.words);
  if (path === 'SOUL.md') return withDomain(text, options.schema, options.words);
  return text;
}

/** Whether the file has the object's section. */
export function hasSection(text: string, spec: ObjectSpec | undefined, file: string): boolean {
  return spec !== undefined && readRecords(scan(text), file, spec).records.length > 0;
}

export function fieldOf(
  text: string,
  spec: ObjectSpec | undefined,
  target: { readonly file: string; readonly field: string },
): string {
  return spec === undefined
    ? ''
    : (readRecords(scan(text), target.file, spec).records[0]?.fields.get(target.field)?.value ??
        '');
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

type Setting = {
  readonly key: string;
  readonly file: string;
  readonly fields: Readonly<Record<string, string | undefined>>;
};

function setAll(
  text: string,
  spec: ObjectSpec | undefined,
  { key, file, fields }: Setting,
): string {
  if (spec === undefined || !hasSection(text, spec, file)) return text;
  let result = text;
  for (const [field, value] of Object.entries(fields))
    if (value !== undefined && oneLine(value) !== '')
      result = setField(result, spec, { file, key, field, value: oneLine(value) });
  return result;
}
