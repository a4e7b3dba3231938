/** What an awk program does in addition to printing. Its texts and patterns do nothing. */

/** Why the program is refused: it writes, pipes, runs, reads or includes something. */
export function awkProblem(program: string): string | undefined {
  const clear = withoutTexts(program);
  const code = clear ?? program;
  if (ACTS.test(code)) return 'it runs, reads or includes something';
  if (program.includes('\\\n')) return 'it joins lines with a backslash';
  const prints = [...code.matchAll(/print/g)].map(({ index }) => code.slice(index));
  const writes = clear === undefined ? (text: string) => text.includes('>') : printsIntoFile;
  if (prints.some(writes)) return 'it may print into a file';
  if (code.replaceAll('||', '').includes('|')) return 'it may pipe into a program';
  return undefined;
}

/** Wherever they stand: to awk, `1system(…)` is a number and a call. */
const ACTS = /system\s*\(|getline|@|close\s*\(|ARGV|SYMTAB/;

/** In brackets, `>` compares. */
function printsIntoFile(statement: string): boolean {
  let depth = 0;
  for (let i = 0; i < statement.length; i++) {
    const character = statement.charAt(i);
    if ('(['.includes(character)) depth += 1;
    else if (')]'.includes(character)) depth -= 1;
    else if (depth > 0) continue;
    else if (character === '>') return !TO_STREAM.test(statement.slice(i));
    else if (';}'.includes(character)) return false;
    else if (character === '\n' && !/[,&|?:]\s*$/.test(statement.slice(0, i))) return false;
  }
  return false;
}

const OTHER = '0';
const STREAM = '§';
const TO_STREAM = new RegExp(`^>{1,2}\\s*${STREAM}\\s*(?:[;}\\n]|$)`);

/** What a slash means after it: `either` where awks may disagree. */
type After = 'pattern' | 'division' | 'either';
/** After these words, a slash is not always one that divides. */
const WORDS =
  /^(?:print|printf|return|in|else|do|case|delete|exit|next|nextfile|length|BEGIN|END)$/;
const CONDITION = /\b(?:if|while|for|switch)\s*$/;

/** The program with a mark for each text and pattern; `undefined` if it can be read in two ways. */
function withoutTexts(program: string): string | undefined {
  let code = '';
  let after: After = 'pattern';
  const opened: After[] = [];
  for (let i = 0; i < program.length; ) {
    const rest = program.slice(i);
    const [token = ''] = TOKEN.exec(rest) ?? [];
    const character = token.charAt(0);
    const isPattern: boolean = character === '/' && after === 'pattern';
    const read: string = isPattern ? (PATTERN.exec(rest)?.[0] ?? '') : token;
    if (read === '' || (character === '/' && after === 'either')) return undefined;
    i += read.length;
    if (character === '#' || /^[ \t]/.test(read)) {
      code += character === '#' ? '' : ' ';
      continue;
    }
    if (character === '(') opened.push(CONDITION.test(code) ? 'either' : 'division');
    if (isPattern || character === '"') {
      code += /^"\/dev\/std(?:err|out)"$/.test(read) ? STREAM : OTHER;
      after = 'division';
    } else {
      code += read;
      after = character === ')' ? (opened.pop() ?? 'either') : meaningAfter(read);
    }
  }
  return code;
}

/** Blanks, a comment, a text, a word, or one sign. */
const TOKEN =
  /^(?:[ \t]+|#[^\n]*|"(?:[^"\\\n]|\\[^\n])*"|[A-Za-z0-9_.]+|\+\+|--|[\n{}()[\];,!~&|=<>+\-*%^?:$/@])/;
/** Without a slash in brackets, and without what could be taken for one. */
const PATTERN =
  /^\/(?![=*])(?:[^/[\\\n]|\\[^\n]|\[\^?(?:[^\]^[/\\\n]|\[:[a-z]+:\])(?:[^\][/\\\n]|\[:[a-z]+:\]|\\[^\n/])*\])*\//;

function meaningAfter(token: string): After {
  if (/^[\w.]/.test(token)) return WORDS.test(token) ? 'either' : 'division';
  if (token === ']') return 'division';
  return /^(?:\+\+|--|[$@])$/.test(token) ? 'either' : 'pattern';
}
