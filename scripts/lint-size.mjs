// Fails for a file of src or examples that is over 300 lines, and for a line over 100 columns that is not wide
// because of a literal: the formatter breaks all other code, but no comment.
import { readFileSync } from 'node:fs';
import fastGlob from 'fast-glob';

const MOST_LINES = 300;
const MOST_COLUMNS = 100;
const COMMENT = /^\s*(?:\/\/|\/?\*)/;
const LITERAL = /['"`]|\/.+\//;

function problemsOf(file) {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const found = lines.length > MOST_LINES ? [`${file} has ${lines.length} lines`] : [];
  let inTemplate = false;
  for (const [index, line] of lines.entries()) {
    const comment = !inTemplate && COMMENT.test(line);
    if (line.length > MOST_COLUMNS && !inTemplate && (comment || !LITERAL.test(line)))
      found.push(`${file}:${index + 1} has ${line.length} columns`);
    if (!comment && (line.match(/(?<!\\)`/g)?.length ?? 0) % 2 === 1) inTemplate = !inTemplate;
  }
  return found;
}

const files = await fastGlob(['src/**/*.{ts,tsx,mts}', 'examples/**/*.ts']);
const problems = files.sort().flatMap(problemsOf);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
