/** Documents made of the lines that markdown parsers trip over, for property tests. */
import fc from 'fast-check';

const LINES = [
  '',
  '',
  '',
  ' ',
  '\t',
  'text',
  'more text here',
  'émoji 🌙 text',
  '# One',
  '## Two ##',
  '###### Six #',
  '####### Seven',
  '#no',
  '#',
  '## ',
  '# a \\#',
  '#\tTab',
  '   ### Indented',
  '    # Code',
  '===',
  '---',
  '--',
  '-',
  '= =',
  ' ---  ',
  '***',
  '* * *',
  '___',
  '- - -',
  '| a | b |',
  '| --- | --- |',
  '|---|---|',
  '|:--|--:|',
  '| 1 | 2 |',
  '| 1 |',
  '| 1 | 2 | 3 |',
  '| a \\| b | c |',
  '| a \\\\| b |',
  'a | b',
  '--- | ---',
  '- | -',
  ':-',
  '| a |',
  '| - |',
  '|-',
  '-|',
  '||',
  '|',
  '| |',
  '| | |',
  '  | x | y |',
  '\t| x | y |',
  '    | x | y |',
  '| `a|b` | c |',
  '| 🌙 | ü |',
  '|\ta\t|\tb\t|',
  'loose cell',
  '```',
  '``` js',
  '```yaml stop',
  '~~~',
  '~~~~',
  '````',
  '   ```',
  '    ```',
  '``` a`b',
  '  ~~~',
  '- item',
  '- [ ] task',
  '* star',
  '+ plus',
  '1. one',
  '2. two',
  '10) ten',
  '1.',
  '-  ',
  '  - nested',
  '    - deeper',
  '   continued',
  '  | a | b |',
  '- | a |',
  '> quote',
  '> | a |',
  '> # Quoted',
  '>',
  '> ```',
  '>- item',
  '> > two',
  '- > q',
  '-\ttab item',
  '-     code in item',
  '- # Heading in item',
  '- ```',
  '  ```',
  '   - odd',
  '    indented code',
  '\tindented by tab',
  '  \ttab after',
  ' text',
  '   text',
  '\\# no',
  '\\| a |',
  'line  ',
  'line\\',
  '&amp; | x',
  '[a]: /b',
  '*a* | _b_',
  '[^1]: note',
  '[^1]:',
  '    in note',
  '[^a b]: x',
];

/**
 * HTML blocks. remark 11 ends one that interrupts a container lazily after its first line
 * (CommonMark goes on), so there they stand after a blank line.
 */
const HTML = [
  '<!-- comment',
  'in comment -->',
  '<!-- whole -->',
  '-->',
  '<div>',
  '</div>',
  '<div',
  '<b>',
  '<b> x',
  '<pre>',
  '</pre>',
  '<script>',
  '</script>',
  '<?php',
  '?>',
  '<!X',
  '<![CDATA[',
  ']]>',
  '<a href="x">',
  '</b >',
  '<b',
  '<br/>',
];
const CONTAINER = /^\s*(?:[-+*>]|\d+[.)]|\[\^)/;

const GROUPS = [
  '| a | b |\n| --- | --- |',
  '| a | b |\n| --- | --- |\n| 1 | 2 |',
  'a | b\n--- | ---\nc',
  '| x \\| y |\n|:-:|\n| \\\\|',
  'head\n:-',
  'text\n===',
  '```\n| a |\n| - |\n```',
  '- a\n\n  b',
  '> a\n> b',
  '1. a\n2. b',
];

/**
 * remark lets an empty item, or a number other than 1, not follow indented code; CommonMark has
 * that rule for paragraphs only.
 */
const MARKER_AFTER_CODE =
  /^(?: {4}|[ ]*\t).*\n(?:[ \t]*\n)* {0,3}(?:(?:[-+*]|\d+[.)])[ \t]*$|(?!1[.)])\d+[.)])/m;

const EOLS = ['\n', '\n', '\r\n'];

/**
 * A document of nasty lines, with one line ending throughout, perhaps a BOM, perhaps without a
 * final line ending, perhaps with a very long line. Front matter that is never closed is left
 * out: remark then parses the lines below it without their containers.
 */
export const nastyMarkdown: fc.Arbitrary<string> = fc
  .record({
    bom: fc.boolean(),
    front: fc.constantFrom('', '', '---\na: b\n---\n', '---\n---\n', '--- \nx: 1\n---  \n'),
    lines: fc.array(
      fc.oneof(
        { weight: 24, arbitrary: fc.constantFrom(...LINES) },
        { weight: 6, arbitrary: fc.constantFrom(...HTML) },
        { weight: 9, arbitrary: fc.constantFrom(...GROUPS) },
        { weight: 1, arbitrary: fc.constantFrom('x'.repeat(3000), `| ${'y'.repeat(3000)} | z |`) },
      ),
      { maxLength: 14, size: 'max' },
    ),
    eol: fc.constantFrom(...EOLS),
    finalEol: fc.boolean(),
  })
  .filter(({ front, lines }) => front !== '' || !/^---[ \t]*$/.test(lines[0] ?? ''))
  .map(({ lines, ...rest }) => ({ ...rest, lines: lines.flatMap((line) => line.split('\n')) }))
  .map(({ lines, ...rest }) => ({
    ...rest,
    lines: lines.some((line) => CONTAINER.test(line))
      ? lines.flatMap((line) => (HTML.includes(line) ? ['', line] : [line]))
      : lines,
  }))
  .filter(({ lines }) => !MARKER_AFTER_CODE.test(lines.join('\n')))
  .map(
    ({ bom, front, lines, eol, finalEol }) =>
      `${bom ? '\ufeff' : ''}${front.replaceAll('\n', eol)}${lines.join(eol)}${finalEol ? eol : ''}`,
  );
