/** The questions that `init` asks at a terminal. */
import type { Readable, Writable } from 'node:stream';
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import { answered, cancelled } from './ask.js';
import type { Importer } from '../../setup/importer.js';
import type { DirectoryKind } from '../../setup/directory-kind.js';
import { isZone } from '../../project/owner-zone.js';

export type Terminal = { readonly input: Readable; readonly output: Writable };

type Words = {
  readonly owner?: string | undefined;
  readonly domain?: string | undefined;
  readonly timeZone?: string | undefined;
};
type Asked = {
  readonly directory: string;
  /** `agent`: a host recognises the files as its agent's workspace. */
  readonly kind: DirectoryKind | 'agent';
  readonly importer?: Importer | undefined;
  readonly words: Words;
  readonly defaults: { readonly owner: string; readonly timeZone: string };
  /** What gets another name, one sentence each. */
  readonly renames?: readonly string[];
};

/** Standard output is only for the result. */
export const TERMINAL: Terminal = { input: process.stdin, output: process.stderr };

const WHAT: Readonly<Record<Asked['kind'], string>> = {
  empty: 'This creates a new workspace',
  workspace: 'This adds what the workspace lacks, and signs it',
  agent:
    "This adopts the agent's workspace: your pages stay, and every file that changes is backed up",
  folder: 'Your files stay. A file with the name of one of ours is backed up',
};

/** @throws NocturneError `USAGE` when the owner cancels; nothing was written. */
export async function askForWords(
  { directory, kind, importer, words, defaults, renames = [] }: Asked,
  terminal: Terminal = TERMINAL,
): Promise<{ readonly owner: string; readonly timeZone: string; readonly domain?: string }> {
  const { intro, text, confirm, note, outro } = await import('@clack/prompts');
  intro('nocturne init', terminal);
  const owner = answered(
    await text({
      message: 'Your name, for the briefing and the signature',
      initialValue: words.owner ?? defaults.owner,
      validate: (value) => ((value ?? '').trim() === '' ? 'enter a name' : undefined),
      ...terminal,
    }),
  );
  const domain = answered(
    await text({
      message: 'What is the work about? One sentence: for whom, and about what (optional)',
      initialValue: words.domain ?? '',
      ...terminal,
    }),
  );
  const timeZone = answered(
    await text({
      message: 'Your time zone',
      initialValue: words.timeZone ?? defaults.timeZone,
      validate: (value) =>
        isZone(value ?? '') ? undefined : 'enter an IANA name, as in Europe/Lisbon, or UTC',
      ...terminal,
    }),
  );
  if (renames.length > 0) note(renames.join('\n'), 'Renamed', terminal);
  const go = answered(
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
  const first = answered(
    await password({
      message: 'A passphrase for your key',
      validate: (value) => ((value ?? '') === '' ? 'enter a passphrase' : undefined),
      ...terminal,
    }),
  );
  const second = answered(await password({ message: 'The passphrase again', ...terminal }));
  if (first !== second)
    throw new NocturneError('USAGE', 'the two passphrases differ', {
      hint: 'nothing was written; try again',
    });
  return first;
}
