/** Words and turns of phrase that pages do not use, each with what to write instead. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastGlob from 'fast-glob';
import t from 'tap';
import { scan } from '../../src/markdown/scan.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

type Turn = readonly [pattern: RegExp, instead: string];

/** Where text for people is, and how to blank what is not prose without moving a character. */
const ROOTS = [
  {
    files: ['*.md', '{docs,orchestration-os,audit,PROJECTS,memory,inbox,examples,src}/**/*.md'],
    prose: markdownProse,
  },
  { files: ['{src,bench,fuzz,examples/importers}/**/*.ts'], prose: codeProse },
];

const TRANSLATED: readonly Turn[] = [
  [/\bstands? (?:in|there|here|at|behind|beside|on|against|first|next)\b/, 'is in, is at, forbids'],
  [/\b(?:is|are|was|were) (?:had|taken for)\b/, 'name who has it, or what counts as what'],
  [/(?<!\bthere )\b(?:is|are) no (?!longer\b|more\b)/i, 'is not a, are not'],
  [/\bin force\b/, 'active'],
  [/\bWhoever\b|[:;] whoever\b/, 'anybody who, or name the person'],
  [/\bwho (?:wants|has|needs) [^.?|]* needs\b/i, 'if you want …, use …'],
  [/\bgo(?:es)? by\b/, 'uses, follows'],
  [/(?<!-)\bbesides?\b/i, 'next to, with, also'],
  [/\bmeanwhile\b/i, 'since, at the same time'],
  [/\bfor the rest\b/i, 'otherwise'],
  [/\ball that\b/i, 'everything that, or say what'],
  [/\bsuch a one\b/i, 'repeat the noun'],
  [/\bmend(?:s|ed|ing)?\b/i, 'repair, fix'],
  [/\bspeaks? of\b/, 'covers, mentions'],
  [/\bknows? (?:of nothing|nothing of)\b/, 'has no …'],
  [/\blets? itself\b/, 'can be'],
  [/\bevenly\b/, 'say what is spread over what'],
  [/\bbelongs? into\b/, 'put … in'],
  [/\bon the way\b/, 'during'],
  [/\bat the place of\b/, 'instead of, where'],
  [/\bput right\b/, 'correct, fix'],
  [/\b(?:put|puts|give|gives|given|gave) back\b/, 'restore'],
  [/\bnobody owns\b/, 'has no owner'],
  [/\b(?:as|what) the owner says\b/, 'say what the owner does'],
  [/\b(?:is|are) wanted\b|\bwanted from\b/i, 'waiting for you, needed'],
  [/\banew\b/, 'again'],
  [/\balso (?:when|if|not)\b/, 'even if, not even'],
  [/\b(?:says?|said|tells?|told) of\b/, 'report, say about'],
  [/\bhand(?:s|ed)? (?:over|it)\b/, 'pass'],
  [/\btak(?:e|es|en) up\b/, 'act on'],
  [/\b(?:take|takes|taken|took) back\b/, 'undo'],
  [/\bdeeds?\b/i, 'action'],
  [/\bwitness(?:es)?\b/i, 'proof'],
  [/\bfound out\b/, 'found, detected'],
  [/\b(?:the owner's|your) word\b/, 'approval, yes'],
  [
    /\bdoes not hold\b|\b(?:condition|criteria|tests?|rules?) (?:all |must |still )*holds?\b/,
    'met',
  ],
  [/\blearnt\b|\bmisspelt\b/, 'learned, misspelled'],
];

const HOME_MADE: readonly Turn[] = [
  [/\bspare objects?\b/i, 'replica'],
  [/\bsurvivors?\b/i, 'orphan process'],
  [/\bflood gates?\b/i, 'output limit'],
  [/\bcrews?\b/i, 'worker pool'],
  [/\bkept results?\b/i, 'cache'],
  [/\bsigns? of life\b/i, 'heartbeat'],
  [/\bdoors?\b/i, 'caller, interface, or name it'],
];

/** Accounts are settled; the files of a pass are not. */
const SETTLED: Turn = [/\bsettle(?:s|d|ment)?\b/i, 'reconcile'];
const turnsFor = (path: string): readonly Turn[] =>
  path.startsWith('src/modules/meter/')
    ? [...TRANSLATED, ...HOME_MADE]
    : [...TRANSLATED, ...HOME_MADE, SETTLED];

for (const { files, prose } of ROOTS) {
  for (const path of fastGlob.sync(files, { cwd: REPOSITORY }).sort()) {
    t.test(`${path} is in plain English`, async (t) => {
      const found = findings(path, prose(readFileSync(join(REPOSITORY, path), 'utf8')));
      t.same(found, [], found.length === 0 ? 'nothing to reword' : `\n${found.join('\n')}`);
    });
  }
}

t.test(
  'a turn of phrase is found with its file, line and suggestion, and not in code',
  async (t) => {
    const page = '# Page\n\nThe rule stands\nin `force, beside it`.\n\n```text\nmeanwhile\n```\n';
    t.same(findings('page.md', markdownProse(page)), [
      'page.md:3 has "stands in": write is in, is at, forbids',
    ]);
    const source = "// It goes by\nconst beside = 'beside';\nfail('it stands here');\n";
    t.same(findings('a.ts', codeProse(source)), [
      'a.ts:1 has "goes by": write uses, follows',
      'a.ts:3 has "stands here": write is in, is at, forbids',
    ]);
  },
);

function findings(path: string, text: string): readonly string[] {
  return turnsFor(path).flatMap(([pattern, instead]) =>
    [...text.matchAll(acrossLines(pattern))].map(({ 0: turn, index }) => ({
      line: text.slice(0, index).split('\n').length,
      said: `has "${turn.replace(/\s+/g, ' ')}": write ${instead}`,
    })),
  )
    .sort((a, b) => a.line - b.line)
    .map(({ line, said }) => `${path}:${line} ${said}`);
}

/** A turn may be broken by the end of a line. */
function acrossLines({ source, flags }: RegExp): RegExp {
  return new RegExp(source.replaceAll(' ', '(?: |\\n *)'), `${flags}g`);
}

/** A page whose fences and code spans are blank. */
function markdownProse(page: string): string {
  let text = page;
  for (const { contentStart, contentEnd } of scan(page).fences)
    text =
      text.slice(0, contentStart) +
      blank(text.slice(contentStart, contentEnd)) +
      text.slice(contentEnd);
  return text.replace(/(?<!`)(`+)(?!`)[^`]+\1(?!`)/g, blank);
}

/** Comments and sentences of a program; the rest, and code spans in comments, are blank. */
function codeProse(program: string): string {
  const prose =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
  let text = '';
  let end = 0;
  for (const { 0: found, index } of program.matchAll(prose)) {
    const isComment = found.startsWith('/');
    const words = isComment
      ? found.replace(/`[^`]*`/g, blank).replace(/^ *(?:\/\*\*|\*\/?|\/\/)/gm, blank)
      : found.replace(/\$\{[^{}]*\}/g, blank);
    const isName = !isComment && !found.includes(' ');
    text += blank(program.slice(end, index)) + (isName ? blank(found) : words);
    end = index + found.length;
  }
  return text + blank(program.slice(end));
}

function blank(code: string): string {
  return code.replace(/[^\n]/g, ' ');
}
