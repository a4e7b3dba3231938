/** The questions of `init`, at a terminal. */
import type { Readable, Writable } from 'node:stream';
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import type { Importer } from '../../setup/importer.js';
import type { DirectoryKind } from '../../setup/directory-kind.js';
import { isZone } from '../../project/owner-zone.js';

/** Where the questions are asked. */
export type Terminal = { readonly input: Readable; readonly output: Writable };

type Words = {
  readonly owner?: string | undefined;
  readonly domain?: string | undefined;
  readonly timeZone?: string | undefined;
};
type Asked = {
  readonly directory: string;
  /** `agent`: files that a host recognises as its agent's workspace. */
  readonly kind: DirectoryKind | 'agent';
  readonly importer?: Importer | undefined;
  readonly words: Words;
  readonly defaults: { readonly owner: string; readonly timeZone: string };
};

/** Standard output is for the result. */
const TERMINAL: Terminal = { input: process.stdin, output: process.stderr };

const WHAT: Readonly<Record<Asked['kind'], string>> = {
  empty: 'A new workspace',
  workspace: 'This workspace gets what it lacks, and your signature',
  agent:
    "An agent's workspace is here. It is adopted: your pages stay, and every file that changes is kept as it was",
  folder:
    'There are files here. They stay; one that has the name of a file of ours is kept as it was',
};

/** @throws NocturneError `USAGE` when the owner gives up; nothing was written. */
export async function askForWords(
  { directory, kind, importer, words, defaults }: Asked,
  terminal: Terminal = TERMINAL,
): Promise<{ readonly owner: string; readonly timeZone: string; readonly domain?: string }> {
  const { intro, text, confirm, outro } = await import('@clack/prompts');
  intro('nocturne init', terminal);
  const owner = answer(
    await text({
      message: 'Your name, for the briefing and the signature',
      initialValue: words.owner ?? defaults.owner,
      validate: (value) => ((value ?? '').trim() === '' ? 'a name is needed' : undefined),
      ...terminal,
    }),
  );
  const domain = answer(
    await text({
      message: 'What is the work about? One sentence: for whom, and about what (may stay empty)',
      initialValue: words.domain ?? '',
      ...terminal,
    }),
  );
  const timeZone = answer(
    await text({
      message: 'Your time zone',
      initialValue: words.timeZone ?? defaults.timeZone,
      validate: (value) =>
        isZone(value ?? '') ? undefined : 'write it as in Europe/Lisbon, or UTC',
      ...terminal,
    }),
  );
  const go = answer(
    await confirm({
      message: `${importer?.offer ?? WHAT[kind]}. Write to ${directory}?`,
      ...terminal,
    }),
  );
  if (!go) throw cancelled();
  outro('', terminal);
  return {
    owner,
    timeZone,
    ...defined({ domain: domain.trim() || undefined }),
  };
}

export async function askForNewPassphrase(terminal: Terminal = TERMINAL): Promise<string> {
  const { password } = await import('@clack/prompts');
  const first = answer(
    await password({
      message: 'A passphrase for your key',
      validate: (value) => ((value ?? '') === '' ? 'it may not be empty' : undefined),
      ...terminal,
    }),
  );
  const second = answer(await password({ message: 'Once more', ...terminal }));
  if (first !== second)
    throw new NocturneError('USAGE', 'the two passphrases differ', {
      hint: 'nothing was written; try again',
    });
  return first;
}

/** Ctrl-C answers with a symbol. */
function answer<T>(value: T): Exclude<T, symbol> {
  if (typeof value === 'symbol') throw cancelled();
  return value as Exclude<T, symbol>;
}

function cancelled(): NocturneError {
  return new NocturneError('USAGE', 'given up; nothing was written', {
    hint: 'run nocturne init again when you are ready',
  });
}
