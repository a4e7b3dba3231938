/** What `phase add`, `phase rename` and `phase edit` make of a page of phases. */
import { NocturneError } from '../kernel/error.js';
import { appendRecord, setField } from '../markdown/edit-records.js';
import { readRecords } from '../markdown/read-records.js';
import { scan } from '../markdown/scan.js';
import type { FieldValues, Rec, Value } from '../markdown/types.js';
import type { ObjectSpec } from '../registry/types.js';
import { didYouMean } from '../kernel/nearest-name.js';
import { fieldList } from './field-text.js';

export type PhasesPage = {
  readonly file: string;
  readonly text: string;
  readonly spec: ObjectSpec;
};

/** Puts a phase between `after` and what followed it; after the last one if `after` is empty. */
export function addPhase(
  page: PhasesPage,
  phase: { readonly name: string; readonly after: string; readonly fields: FieldValues },
): string {
  const { name, after, fields } = phase;
  const records = phasesOf(page);
  if (records.some((record) => record.key === name))
    throw new NocturneError('EXISTS', `${page.file} already has a phase "${name}"`, {
      file: page.file,
      hint: 'choose another name, or use nocturne phase edit',
    });
  const before = after === '' ? records.at(-1) : phaseNamed(page, after);
  const followers = before === undefined ? [] : fieldList(before, 'successors');
  const text = appendRecord(page.text, page.spec, { id: name, ...fields, successors: followers });
  return before === undefined
    ? text
    : setPhase({ ...page, text }, before.key, { successors: [name] });
}

/** Also in the successors of the other phases. */
export function renamePhase(page: PhasesPage, from: string, to: string): string {
  const record = phaseNamed(page, from);
  if (phasesOf(page).some(({ key }) => key === to))
    throw new NocturneError('EXISTS', `${page.file} already has a phase "${to}"`, {
      file: page.file,
      hint: 'choose another name',
    });
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(to))
    throw new NocturneError('USAGE', `"${to}" is not a valid name of a phase`, {
      hint: 'use lower-case letters, digits and dashes, as in first-draft',
    });
  const end = page.text.indexOf('\n', record.start);
  const heading = page.text.slice(record.start, end).replace(from, to);
  const renamed = page.text.slice(0, record.start) + heading + page.text.slice(end);
  return phasesOf({ ...page, text: renamed })
    .filter((phase) => fieldList(phase, 'successors').includes(from))
    .reduce(
      (text, phase) =>
        setPhase({ ...page, text }, phase.key, {
          successors: fieldList(phase, 'successors').map((name) => (name === from ? to : name)),
        }),
      renamed,
    );
}

export function setPhase(
  page: PhasesPage,
  name: string,
  fields: Readonly<Record<string, Value>>,
): string {
  const { key } = phaseNamed(page, name);
  return Object.entries(fields).reduce(
    (text, [field, value]) => setField(text, page.spec, { file: page.file, key, field, value }),
    page.text,
  );
}

/** @throws NocturneError `NOT_FOUND` */
export function phaseNamed(page: PhasesPage, name: string): Rec {
  const records = phasesOf(page);
  const found = records.find((record) => record.key === name);
  if (found !== undefined) return found;
  const names = records.map(({ key }) => key);
  throw new NocturneError('NOT_FOUND', `${page.file} has no phase "${name}"`, {
    file: page.file,
    hint: didYouMean(name, names) ?? `phases: ${names.join(', ') || 'none'}`,
  });
}

function phasesOf({ text, file, spec }: PhasesPage): readonly Rec[] {
  return readRecords(scan(text), file, spec).records;
}
