/**
 * Programs for the lines: each writes down its name, folder, variables and arguments. The ones that
 * exist then run as they are; the made-up ones write their input down too, and print their words.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { PROGRAMS, RECORDS, WORLDS } from './places.js';

const REAL =
  `cat ls head tail wc sort uniq cut tr nl tac paste comm join seq grep sed awk find xargs
  env timeout nice nohup stdbuf setsid tee mkdir touch cp mv rm rmdir chmod basename dirname realpath
  readlink install stat base64 sha256sum md5sum git flock`.split(/\s+/);
const MADE_UP = `probe tool node python3 curl gh evil sh bash dash make rsync watch parallel ssh
  script strace perl`.split(/\s+/);
/** The shell has these itself, so they are not written down. */
const OF_THE_SHELL = 'echo printf test [ true false pwd mkfifo sleep'.split(' ');
/** What the tool registry of the world allows with any argument. */
export const REGISTERED = [
  ...REAL,
  ...MADE_UP.filter((name) => !/^(?:evil|sh|bash|dash)$/.test(name)),
  'missing',
];

const RECORD = `#!/bin/sh
name=\${0##*/}
cd -P .
line=\${PWD#${WORLDS}/}
line=\${line%%/*}
case $PWD in ${WORLDS}/*) ;; *) line=outside ;; esac
settings="$LC_ALL,$TZ,$NO_COLOR,$NODE_ENV"
`;
const RUN = `${RECORD}printf '%s\\0' "$name" "$PWD" "$settings" '' "$#" "$@" >> ${RECORDS}/$line
exec /usr/bin/"$name" "$@"
`;
const ANSWER = `${RECORD}input=
text=
while IFS= read -r text; do
  input="$input$text|"
  [ \${#input} -lt 4000 ] || /usr/bin/cat > /dev/null
done
printf '%s\\0' "$name" "$PWD" "$settings" "$input$text" "$#" "$@" >> ${RECORDS}/$line
printf '%s\\n' "$name $*"
for last; do :; done
case $last in x[0-9]) exit "\${last#x}" ;; esac
`;

export function makePrograms(): void {
  mkdirSync(PROGRAMS, { recursive: true });
  const make = (text: string, names: readonly string[], file: string): void => {
    writeFileSync(`${PROGRAMS}/${file}`, text, { mode: 0o755 });
    for (const name of names) symlinkSync(file, `${PROGRAMS}/${name}`);
  };
  make(RUN, REAL, '.run');
  make(ANSWER, MADE_UP, '.answer');
  for (const name of OF_THE_SHELL) symlinkSync(`/usr/bin/${name}`, `${PROGRAMS}/${name}`);
}

/** One start of a program, as text that can be compared. */
export type Start = {
  readonly name: string;
  readonly folder: string;
  readonly settings: string;
  readonly input: string;
  readonly args: readonly string[];
};

export function readStarts(text: string): readonly Start[] {
  const parts = text.split('\0');
  const starts: Start[] = [];
  for (let i = 0; i + 4 < parts.length; ) {
    const [name = '', folder = '', settings = '', input = '', count = '0'] = parts.slice(i, i + 5);
    const from = i + 5;
    i = from + Number(count);
    starts.push({ name, folder, settings, input, args: parts.slice(from, i) });
  }
  return starts;
}
