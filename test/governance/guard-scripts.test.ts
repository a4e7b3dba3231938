/** Scripts of sed and awk: what only prints is let through, also where it looks like a write. */
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { awkProblem } from '../../src/governance/guard/awk-program.js';
import { sedProblem } from '../../src/governance/guard/sed-program.js';

const AWK: Readonly<Record<'prints' | 'acts', readonly string[]>> = {
  prints: [
    '/a|b/ { print }',
    '{ print $2 " -> " $1 }',
    '{ printf "| %-10s | %5.2f |\\n", $1, ($2 + $3) / 2 }',
    'NR > 1 { print $1 } $2 > 3 { n++ } END { print n }',
    '{ print $1\n} $2 > 1',
    '{ print ($1 > 2), (n > 3 ? "a" : "b") }',
    'BEGIN { FS = "|"; ORS = ">" } { print $2 }',
    '{ gsub(/^[ |>]+|[ |>]+$/, "", $2); print $2 }',
    '/@example/ { print "system(1) and getline" }',
    '{ print "late" > "/dev/stderr"; n++ }',
    '{ x = $1 / 2; y = $2 / 3; print x, "|", y } # a | b > c',
    '{ print length($0) / 2 "|" }',
    '/^\\|/ && $3 > 2 { print }',
  ],
  acts: [
    'BEGIN { x = 1system("evil") }',
    'BEGIN { x = "a"system("evil") }',
    'BEGIN { x = 1getline < "file" }',
    '{ "evil"|getline }',
    '{ print "/dev/stderr" > "/dev/stderr" "x" }',
    '{ print /[(]/ > "file" }',
    '{ print "(" > "file" }',
    '{ print $1,\n# (\n$2 > "file" }',
    '/[]/]/ { print > "file" } /]/',
    '/[[:alpha:]/"]/ { print > "file" } /"/',
    '{ if (x) /"/; print > "file"; y = "/" }',
    '{ x++ /"/; print > "file"; y = "/" }',
    '{ x = /=/; print > "file" }',
    '{ print length / 2 "/; print > "file" }',
    'BEGIN { s = "\\""; print > "file"; s = "\\"" }',
    '{ print $1 / 2 > "file" } # /',
    '{ print | "evil" "/|/" }',
  ],
};

const SED: typeof AWK = {
  prints: [
    's/[^/]*$//',
    's/[^]]*//;s/[]]//',
    's/[[:space:]]*$//',
    's/[\\/]/_/g',
    's/[/_]/-/g',
    's,[,;],_,g',
    '/^[^/]*\\//p',
    's/\\[x\\]/y/',
  ],
  acts: [
    's/[]/]/;p;#/w file',
    's/[^]/]/;p;#/e',
    's/[[:alpha:]/]/;p;#/w file',
    's/[[.a.]/]/;p;#/w file',
    's/[/;]/x/;w file',
    's/[/]/x/w file',
    '/[/w]x/p',
    '/[]/]/p;#/w file',
    's,[^]/!w file/s|s,1',
  ],
};

t.test('awk: texts and patterns do nothing, all else that acts is found', async (t) => {
  for (const program of AWK.prints) t.equal(awkProblem(program), undefined, program);
  for (const program of AWK.acts) t.type(awkProblem(program), 'string', program);
});

t.test('sed: a delimiter in brackets ends nothing, or the script is refused', async (t) => {
  for (const script of SED.prints) t.equal(sedProblem(script), undefined, script);
  for (const script of SED.acts) t.type(sedProblem(script), 'string', script);
});

const MOST_RUNS = 150;

/** Runs those that are let through, and says which of them has made a file. */
function acting(
  folder: string,
  scripts: readonly string[],
  program: 'awk' | 'sed',
): readonly string[] {
  writeFileSync(join(folder, 'in'), 'a/b]c [x] "q" | > 3\n');
  const judge = program === 'awk' ? awkProblem : sedProblem;
  const run = `for s in "$@"; do ${program} "$s" in </dev/null >/dev/null 2>&1
    files=(*); if [ "\${#files[@]}" -gt 1 ]; then rm -f -- "\${files[@]#in}"; printf '%s\\0' "$s"; fi; done`;
  const harmless = scripts
    .filter((script) => script.includes('M') && judge(script) === undefined)
    .slice(0, MOST_RUNS);
  t.ok(harmless.length > 30, `${harmless.length} of ${scripts.length} are let through`);
  const acted = execFileSync('bash', ['-c', run, '_', ...harmless], {
    cwd: folder,
    encoding: 'utf8',
  });
  t.same(readdirSync(folder), ['in']);
  rmSync(join(folder, 'in'));
  return acted.split('\0').filter((script) => script !== '');
}

function texts(pieces: readonly string[], seed: number): readonly string[] {
  const made = fc.array(fc.constantFrom(...pieces), { minLength: 2, maxLength: 10 });
  return [...new Set(fc.sample(made, { numRuns: 4000, seed }).map((parts) => parts.join('')))];
}

t.test('no sed script that is let through makes a file', async (t) => {
  const pieces =
    `s/ s, s| y/ / / / , | [ ] [^ []/ [^]/ [[:alpha:] [/] [\\/] \\ \\/ \\[ ; p p d { } # a b
    * ;p;# /p 1 $ ! & g`.split(/\s+/);
  const scripts = texts([...pieces, 'w M', 'w M', 'e touch M', 'w M\n', '\n', ' '], 20261130);
  t.same(acting(t.testdir({}), scripts, 'sed'), []);
});

t.test('no awk program that is let through makes a file', async (t) => {
  const pieces =
    `{ } { } ( ) [ ] " " " / / / \\ \\" \\/ a 1 $1 ; , = ++ ~ ! + | || > > # if(a) print print
    length /a/ "b" "/" /"/ (1) system("touch_M") print>"M" |"cat>M"`.split(/\s+/);
  const programs = texts([...pieces, ' ', ' ', '\n'], 20261130).map((text) =>
    `BEGIN{${text}`.replace('touch_M', 'touch M'),
  );
  const whole = programs.flatMap((text) => [`${text}}`, text, `${text}"}`, `${text}/}`]);
  t.same(acting(t.testdir({}), whole, 'awk'), []);
});
