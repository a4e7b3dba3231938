/** What the files that a job writes have had in common: sizes, lines, headings, form. Pure. */
import { plural } from '../../../kernel/words.js';
import type { Output, Proposal } from './propose.js';
import type { TextFacts } from './watched-job.js';
import { COMPLAINT } from './written-files.js';

/** Half an output is caught, and a quiet day is not. */
const SHARE = 0.5;
const FEWEST_LINES = 4;
const FEWEST_BYTES = 32;
const MOST_HEADINGS = 5;

export function proposeContents(output: Output): readonly Proposal[] {
  const files = output.files.flat();
  if (files.some(({ bytes }) => bytes === 0)) return [];
  const texts = files.flatMap(({ text }) => text ?? []);
  const isText = texts.length === files.length;
  return [
    ...(isText ? fromText(output, texts) : []),
    ...(isText || !output.isOneName ? [] : size(output)),
  ];
}

/** Of one name only: among files of many dates, an old one would be large enough. */
function size({ glob, files }: Output): readonly Proposal[] {
  const sizes = files.flat().map(({ bytes }) => bytes);
  const least = Math.floor(Math.min(...sizes) * SHARE);
  if (least < FEWEST_BYTES) return [];
  return [
    {
      field: 'proves',
      value: { file_exists: { in: glob, min_bytes: least } },
      evidence: `it had ${sizes.join(', ')} bytes; half of the least is asked for`,
    },
  ];
}

function fromText({ glob }: Output, texts: readonly TextFacts[]): readonly Proposal[] {
  const jsons = texts.flatMap(({ json }) => json ?? []);
  if (jsons.length === texts.length) return [schema(glob, jsons)];
  return [...lines(glob, texts), ...shape(glob, texts), ...noComplaint(glob, texts)];
}

function schema(glob: string, jsons: readonly NonNullable<TextFacts['json']>[]): Proposal {
  const keys = jsons.map((json) => ('keys' in json ? json.keys : undefined));
  const [first = []] = keys;
  const common = first.filter((key) => keys.every((other) => other?.includes(key) === true));
  if (keys.every((each) => each !== undefined))
    return {
      field: 'proves',
      value: {
        json_schema: {
          in: glob,
          schema: { type: 'object', ...(common.length === 0 ? {} : { required: common }) },
        },
      },
      evidence: `it was a JSON object each time${common.length === 0 ? '' : `, with ${common.join(', ')}`}`,
    };
  const items = jsons.map((json) => ('items' in json ? json.items : 0));
  const least = Math.floor(Math.min(...items) * SHARE);
  return {
    field: 'proves',
    value: { json_schema: { in: glob, schema: { type: 'array', minItems: least } } },
    evidence: `it was JSON each time, with ${items.join(', ')} items`,
  };
}

function lines(glob: string, texts: readonly TextFacts[]): readonly Proposal[] {
  const counts = texts.map((text) => text.lines);
  const least = Math.min(...counts);
  if (least < FEWEST_LINES) return [];
  const at_least = Math.floor(least * SHARE);
  return [
    {
      field: 'proves',
      value: { matches: { in: glob, pattern: '\\S.*$', each_file: true, at_least } },
      evidence: `it had ${counts.join(', ')} lines that are not blank; half of the least is asked for`,
    },
  ];
}

/** The headings that all have, or else the same first line, as tables have. */
function shape(glob: string, texts: readonly TextFacts[]): readonly Proposal[] {
  const [first] = texts;
  if (first === undefined) return [];
  const common = first.headings.filter((heading) =>
    texts.every(({ headings }) => headings.includes(heading)),
  );
  const isSame = texts.every(({ firstLine }) => firstLine === first.firstLine);
  const isTable = isSame && /[,;\t|]/.test(first.firstLine);
  const table = isTable ? [first.firstLine] : [];
  const wanted = common.length > 0 ? common.slice(0, MOST_HEADINGS) : table;
  return wanted.map((line) => ({
    field: 'proves',
    value: {
      matches: { in: glob, pattern: `^${literal(line)}\\s*$`, each_file: true, at_least: 1 },
    },
    evidence: `all ${plural(texts.length, 'file')} have the line "${line.slice(0, 60)}"`,
  }));
}

function noComplaint(glob: string, texts: readonly TextFacts[]): readonly Proposal[] {
  if (texts.some(({ complains }) => complains)) return [];
  return [
    {
      field: 'proves',
      value: { not: { matches: { in: glob, pattern: COMPLAINT, flags: 'im', at_least: 1 } } },
      evidence: `none of ${plural(texts.length, 'file')} has a line that begins like an error`,
    },
  ];
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, (character) => `\\${character}`);
}
