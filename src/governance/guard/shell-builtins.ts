/** Words that only a shell could carry out, and what to write instead. */

const ADVICE: readonly (readonly [names: string, advice: string])[] = [
  ['export declare typeset readonly local let unset', 'put NAME=value before the program'],
  ['read mapfile readarray getopts', 'read the file with a program or a tool'],
  ['eval exec builtin', 'write the program and its words'],
  ['command', 'write the program and its words, or use which to find one'],
  ['source .', 'write its commands one by one'],
  ['set shopt enable', 'join commands with && to stop at the first failure'],
  ['trap wait jobs fg bg disown', 'run the programs one after another'],
  ['exit return break continue shift :', 'join commands with && or ||'],
  ['pushd popd dirs chdir', 'use cd FOLDER && …'],
  ['alias unalias hash type history fc', 'use which to find a program'],
  ['ulimit umask times logout suspend bind caller compgen complete compopt', 'leave it out'],
  ['sh bash dash ash zsh ksh fish rbash', 'write the commands themselves'],
];

export const OF_THE_SHELL: ReadonlyMap<string, string> = new Map(
  ADVICE.flatMap(([names, advice]) => names.split(' ').map((name) => [name, advice] as const)),
);
