/** Adds and removes our hooks in the text of a settings file, and leaves the rest as it is. */
import { parse, type ParseError, printParseErrorCode } from 'jsonc-parser';
import { NocturneError } from '../../../kernel/error.js';
import { lineMap, positionAt } from '../../../kernel/text-position.js';
import { type HookGroup, isOurs } from '../hook-groups.js';
import { type JsonPath, withAdded, withRemoved, withReplaced } from './edit-json.js';

type Found = {
  readonly event: string;
  readonly group: number;
  readonly hook: number;
  readonly value: unknown;
  readonly alone: boolean;
};
const BOM = '\ufeff';

/** Updates our entries in place and adds missing ones at the end. @throws NocturneError `CONFIG` */
export function withHooks(
  text: string,
  wanted: Readonly<Record<string, HookGroup>>,
  file: string,
): string {
  const whole = text.trim() === '' || text === BOM ? `${text}{}\n` : text;
  let now = whole;
  for (const [event, group] of Object.entries(wanted)) {
    const [first, ...more] = ours(now, file).filter((found) => found.event === event);
    for (const found of more.reverse()) now = without(now, found);
    if (first === undefined) now = added(now, event, group, file);
    else if (JSON.stringify(first.value) !== JSON.stringify(group.hooks[0]))
      now = replaced(now, first, group.hooks[0]);
  }
  for (const found of [...ours(now, file)].reverse())
    if (wanted[found.event] === undefined) now = without(now, found);
  return now;
}

/** @param original what was there before: lists that were empty stay, lists that we made go. */
export function withoutHooks(text: string, original: string, file: string): string {
  let now = text;
  for (const found of [...ours(now, file)].reverse()) now = without(now, found);
  const before = original.trim() === '' ? undefined : settings(original, file)['hooks'];
  const had = isMap(before) ? before : {};
  const left = settings(now, file)['hooks'];
  for (const [event, list] of Object.entries(isMap(left) ? left : {}))
    if (Array.isArray(list) && list.length === 0 && had[event] === undefined)
      now = removed(now, ['hooks', event]);
  const rest = settings(now, file)['hooks'];
  return isMap(rest) && Object.keys(rest).length === 0 && before === undefined
    ? removed(now, ['hooks'])
    : now;
}

export function ownEvents(text: string, file: string): readonly string[] {
  return text.trim() === '' ? [] : ours(text, file).map((found) => found.event);
}

export function isSwitchedOff(text: string, file: string): boolean {
  return text.trim() !== '' && settings(text, file)['disableAllHooks'] === true;
}

function without(text: string, found: Found): string {
  return removed(
    text,
    found.alone
      ? ['hooks', found.event, found.group]
      : ['hooks', found.event, found.group, 'hooks', found.hook],
  );
}

function ours(text: string, file: string): readonly Found[] {
  const hooks = settings(text, file)['hooks'];
  if (!isMap(hooks)) return [];
  return Object.keys(hooks).flatMap((event) =>
    listOf({ hooks }, event).flatMap((group, index) => {
      const list =
        isMap(group) && Array.isArray(group['hooks']) ? (group['hooks'] as readonly unknown[]) : [];
      return list.flatMap((value, hook): Found[] =>
        isMap(value) && isOurs(value['command'])
          ? [{ event, group: index, hook, value, alone: list.length === 1 }]
          : [],
      );
    }),
  );
}

function settings(text: string, file: string): Readonly<Record<string, unknown>> {
  const errors: ParseError[] = [];
  const plain = text.startsWith(BOM) ? text.slice(1) : text;
  const value: unknown = parse(plain, errors, { allowTrailingComma: true });
  const hint = 'nothing was changed; fix the file, then run the same command again';
  const [error] = errors;
  if (error !== undefined) {
    const { line, column } = positionAt(lineMap(plain), error.offset);
    throw new NocturneError('CONFIG', `${file} is not JSON: ${printParseErrorCode(error.error)}`, {
      file,
      line,
      column,
      hint,
    });
  }
  if (!isMap(value))
    throw new NocturneError('CONFIG', `${file} is not a JSON object`, { file, hint });
  const hooks = value['hooks'];
  if (hooks !== undefined && !isMap(hooks))
    throw new NocturneError('CONFIG', `"hooks" in ${file} is not an object`, { file, hint });
  for (const [event, list] of Object.entries(hooks ?? {}))
    if (!Array.isArray(list))
      throw new NocturneError('CONFIG', `"hooks.${event}" in ${file} is not a list`, {
        file,
        hint,
      });
  return value;
}

function listOf(value: Readonly<Record<string, unknown>>, event: string): readonly unknown[] {
  const hooks = value['hooks'];
  const list = isMap(hooks) ? hooks[event] : undefined;
  return Array.isArray(list) ? list : [];
}

function added(text: string, event: string, group: HookGroup, file: string): string {
  const { hooks } = settings(text, file);
  if (hooks === undefined)
    return edited(text, (plain) =>
      withAdded(plain, [], { key: 'hooks', value: { [event]: [group] } }),
    );
  if (isMap(hooks) && hooks[event] === undefined)
    return edited(text, (plain) => withAdded(plain, ['hooks'], { key: event, value: [group] }));
  return edited(text, (plain) => withAdded(plain, ['hooks', event], { value: group }));
}

const removed = (text: string, path: JsonPath): string =>
  edited(text, (plain) => withRemoved(plain, path));

/** Member by member, so that the layout stays. */
function replaced(
  text: string,
  found: Found,
  value: HookGroup['hooks'][number] | undefined,
): string {
  const path = ['hooks', found.event, found.group, 'hooks', found.hook];
  const same =
    isMap(found.value) && Object.keys(found.value).join() === Object.keys(value ?? {}).join();
  if (!same) return edited(text, (plain) => withReplaced(plain, path, value));
  return Object.entries(value ?? {}).reduce(
    (now, [name, replacement]) =>
      edited(now, (plain) => withReplaced(plain, [...path, name], replacement)),
    text,
  );
}

function edited(text: string, edit: (plain: string) => string): string {
  return text.startsWith(BOM) ? BOM + edit(text.slice(1)) : edit(text);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
