/**
 * The examples of rule pages as changes of the base workspace. The word behind the language of a
 * fence says what is done with its content:
 * `file=PATH` it is the file; `append=PATH` it is added at the end; `section=PATH` it takes the
 * place of the section with that heading, or is
 * added at the end of the one that `in=WORD` begins; `rows=PATH` its rows are added to the table
 * with that header; `edit=PATH` what is above
 * `=======` becomes what is below; `names` each line is a file; `link=PATH` a symbolic link;
 * `latin1=PATH` the file in that encoding;
 * `joined=PATH` the file without the blanks; `fill=PATH size=N` the file, repeated up to N
 * characters.
 */
import { rangeOf } from '../../src/markdown/range-of.js';
import { scan } from '../../src/markdown/scan.js';
import type { Doc, Fence } from '../../src/markdown/types.js';
import { append, type Edit, file, replace, textOf } from './edit-workspace.js';

export type PageExamples = { readonly bad: readonly Edit[]; readonly good: readonly Edit[] };

export function examplesOf(page: string): PageExamples {
  const doc = scan(page);
  return { bad: editsUnder(doc, 'Bad'), good: editsUnder(doc, 'Good') };
}

function editsUnder(doc: Doc, heading: string): readonly Edit[] {
  const at = doc.headings.findIndex((one) => one.depth === 2 && one.text === heading);
  const from = doc.headings[at]?.end ?? doc.text.length;
  const to = doc.headings[at + 1]?.start ?? doc.text.length;
  return doc.fences
    .filter((fence) => fence.start >= from && fence.start < to)
    .flatMap((fence) => editOf(doc, fence));
}

function editOf(doc: Doc, fence: Fence): readonly Edit[] {
  const content = doc.text.slice(fence.contentStart, fence.contentEnd);
  const [what = '', ...settings] = fence.info.split(/\s+/).slice(1);
  const [verb, path = ''] = what.split('=');
  const setting = (name: string): string =>
    settings.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  switch (verb) {
    case '':
      return [];
    case 'file':
      return [file(path, content)];
    case 'append':
      return [append(path, `\n${content}`)];
    case 'section':
      return [section(path, content, setting('in'))];
    case 'rows':
      return [rows(path, content)];
    case 'edit': {
      const [from = '', to = ''] = content.split('=======\n');
      return [replace(path, from, to)];
    }
    case 'names':
      return content
        .trim()
        .split('\n')
        .map((name) => file(name, `# ${name}\n`));
    case 'link':
      return [file(path, { link: content.trim() })];
    case 'latin1':
      return [file(path, { bytes: Buffer.from(content, 'latin1') })];
    case 'joined':
      return [file(path, content.replaceAll(' ', ''))];
    case 'fill':
      return [
        file(
          path,
          content
            .repeat(Math.ceil(Number(setting('size')) / content.length))
            .slice(0, Number(setting('size'))),
        ),
      ];
    default:
      throw new Error(`line ${rangeOf(doc, 'page', fence).line}: nothing is known of "${what}"`);
  }
}

function section(path: string, content: string, parent: string): Edit {
  return (files) => {
    const doc = scan(textOf(files, path));
    const wanted = scan(content).headings[0];
    const own = doc.headings.find((one) => one.depth === wanted?.depth && one.text === wanted.text);
    const within = doc.headings.find((one) => parent !== '' && one.text.split(' ')[0] === parent);
    const heading = own ?? within;
    if (heading === undefined)
      throw new Error(`${path} has neither "${wanted?.text}" nor "${parent}"`);
    const end =
      doc.headings.find((one) => one.start > heading.start && one.depth <= heading.depth)?.start ??
      doc.text.length;
    const start = own?.start ?? end;
    file(path, `${doc.text.slice(0, start)}${content}\n${doc.text.slice(end)}`)(files);
  };
}

function rows(path: string, content: string): Edit {
  return (files) => {
    const [header = '', , ...added] = content.trim().split('\n');
    const doc = scan(textOf(files, path));
    const table = doc.tables.find(
      (one) => doc.text.slice(one.header.start, one.header.end) === header,
    );
    if (table === undefined) throw new Error(`${path} has no table ${header}`);
    file(
      path,
      `${doc.text.slice(0, table.end)}\n${added.join('\n')}${doc.text.slice(table.end)}`,
    )(files);
  };
}
