/** Says in plain words what is wrong with YAML, and at the line where somebody made the mistake. */

export type YamlProblem = {
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
};

/**
 * What the `yaml` package reports, or an error that it throws. Its position is where reading
 * failed, often lines below the mistake.
 */
type Reported = Error & { readonly code?: string; readonly pos?: readonly [number, number] };

const QUOTE = 'put the value in double quotes';

export function yamlProblem(source: string, { code, pos, message }: Reported): YamlProblem {
  const lines = linesOf(source);
  const alias = /\*([^\s*]+)/.exec(/alias/i.test(message) ? message : '')?.[1];
  const offset = pos?.[0] ?? Math.max(0, source.indexOf(`*${alias ?? ''}`));
  const failed = lines.findLastIndex(({ start }) => start <= offset);
  const opener = unclosed(source, lines, failed);
  if (opener !== undefined) return opener;
  const at = (index: number, message: string, hint: string): YamlProblem => {
    const line = lines[index];
    return { offset: line === undefined ? 0 : line.start + indentOf(line.text), message, hint };
  };
  const text = lines[failed]?.text ?? '';
  const atValue = (message: string): YamlProblem => ({
    offset:
      (lines[failed]?.start ?? 0) + (/^\s*(?:- )?(?:[^\s:'"#]+:\s+)?/.exec(text)?.[0].length ?? 0),
    message,
    hint: QUOTE,
  });
  const tabbed = lines.findIndex((line, i) => i <= failed && /^[ ]*\t/.test(line.text));
  if (tabbed !== -1)
    return {
      offset: lines[tabbed]?.start ?? 0,
      message: 'this line is indented with a tab',
      hint: 'indent with spaces',
    };
  if (/excessive alias/i.test(message))
    return {
      offset,
      message: 'aliases repeat too much text',
      hint: 'write the values instead of aliases',
    };
  if (/^\s*(?:- )?[^\s:'"#]+:\s+[^'"[{|>&#\s].*?:(?:\s|$)/.test(text))
    return atValue('the value on this line contains a colon followed by a space');
  const below = lines[failed + 1];
  if (
    below !== undefined &&
    /:\s+\S/.test(text) &&
    /\S/.test(below.text) &&
    indentOf(below.text) > indentOf(text)
  )
    return at(
      failed + 1,
      'this line is indented below a line that already has a value',
      'align it with the line above, or remove the value there',
    );
  const [, start = ''] = /^\s*(?:- )?(?:[^\s:'"#]+:\s+)?([*&@%`]|!+\S+)/.exec(text) ?? [];
  if (start !== '') return atValue(`a value that begins with ${start} has another meaning in YAML`);
  if (!text.includes(':') && !/^\s*-\s/.test(text) && text.trim() !== '')
    return at(failed, 'this line has no colon', 'write "name: value"');
  if (code === 'BAD_DQ_ESCAPE')
    return at(
      failed,
      'a backslash in double quotes is not followed by a letter that YAML knows',
      'write the value in single quotes',
    );
  return {
    offset,
    message: 'this line does not fit the lines above it',
    hint: 'write one "name: value" per line, nested by two spaces, and items as "- item"',
  };
}

type Line = { readonly start: number; readonly text: string };

function linesOf(source: string): readonly Line[] {
  let start = 0;
  return source.split('\n').map((line) => {
    const found = { start, text: line.replace(/\r$/, '') };
    start += line.length + 1;
    return found;
  });
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

const OPENS = /^(\s*(?:- )*(?:[^\s:'"#[\]{}]+:\s+)?)(["'[{])/;
const NAMES: Readonly<Record<string, string>> = {
  '"': 'a double quote',
  "'": 'a single quote',
  '[': 'a bracket',
  '{': 'a brace',
};

/** The value that opens and does not close before lines that look like further fields. */
function unclosed(source: string, lines: readonly Line[], failed: number): YamlProblem | undefined {
  for (let index = 0; index <= failed; index++) {
    const line = lines[index];
    if (line === undefined) break;
    const [, lead = '', open] = OPENS.exec(line.text) ?? [];
    if (open === undefined || closes(line.text.slice(lead.length))) continue;
    const end = endOfValue(source, line.start + lead.length);
    const next = lines[index + 1];
    const swallows =
      next === undefined ||
      end === source.length ||
      (indentOf(next.text) <= indentOf(line.text) && next.start <= end && next.text.trim() !== '');
    if (!swallows && end <= (lines[failed]?.start ?? 0)) continue;
    return {
      offset: line.start + lead.length,
      message: `${NAMES[open]} opens here and does not close`,
      hint: 'close it, or put the whole value in quotes',
    };
  }
  return undefined;
}

function closes(value: string): boolean {
  return endOfValue(value, 0) < value.length;
}

/** The offset of the last character of a quoted value, a list or a map; the length if it never ends. */
function endOfValue(text: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let offset = from; offset < text.length; offset++) {
    const char = text.charAt(offset);
    if (quote !== '') {
      if (char === '\\' && quote === '"') offset++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
    if (quote === '' && depth === 0) return offset;
  }
  return text.length;
}
