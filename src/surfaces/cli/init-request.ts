/** What `init` needs to know, from options and, at a terminal, from questions. */
import { existsSync, realpathSync } from '../../kernel/files.js';
import { homedir, userInfo } from 'node:os';
import { parse, resolve } from 'node:path';
import { installedHosts } from '../../hosts/installed.js';
import type { Host } from '../../hosts/types.js';
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import { ownerKeyStatus } from '../../integrity/owner-key.js';
import { type ExistingFiles, existingFiles } from '../../setup/existing-files.js';
import { matchNameCase } from '../../setup/match-name-case.js';
import { readReference } from '../../setup/reference-files.js';
import { planDraft } from '../../setup/setup-plan.js';
import { readOwnerDetails } from '../../setup/read-owner-details.js';
import { type Importer, installedImporters } from '../../setup/importer.js';
import { directoryKind } from '../../setup/directory-kind.js';
import { canAsk, passphraseOf } from './ask.js';
import type { Context, Parsed } from './types.js';

export type InitRequest = {
  readonly directory: string;
  readonly owner: string;
  readonly domain?: string;
  readonly timeZone?: string;
  readonly passphrase?: string;
  /** The host whose agent workspace this directory is. */
  readonly host: Host | undefined;
  /** Recognises the workspace of another system that this directory is. */
  readonly importer?: Importer;
  /** Of pages that are not UTF-8 and do not say what they are. */
  readonly encoding?: string;
};

/** @throws NocturneError `USAGE` naming the missing option when there is no terminal to ask on. */
export async function initRequest(
  context: Context,
  { args, options }: Parsed,
): Promise<InitRequest> {
  const fromOptions = {
    owner: textOf(options['owner']),
    domain: textOf(options['domain']),
    timeZone: zoneOf(textOf(options['timeZone'])),
  };
  const encoding = encodingOf(textOf(options['encoding']));
  const named = args[0] ?? textOf(options['workspace']);
  const directory = directoryOf(context, named);
  const existing = existingFiles(directory);
  const kind = directoryKind(existing);
  const importers = kind === 'folder' ? await installedImporters() : [];
  const importer = importers.find((candidate) => candidate.matches(existing));
  const host =
    kind === 'folder' && importer === undefined ? await hostOf(existing.paths) : undefined;
  const mayAsk = canAsk(context) && options['yes'] !== true && options['dryRun'] !== true;
  if (
    named === undefined &&
    kind === 'folder' &&
    host === undefined &&
    importer === undefined &&
    !mayAsk
  )
    throw new NocturneError('USAGE', `${directory} has files, but is not a workspace`, {
      hint: 'name the directory: nocturne init . for this one, or nocturne init DIR for another',
    });
  const existingWords = readOwnerDetails(existing);
  const owner = fromOptions.owner ?? existingWords.owner;
  const words = {
    owner,
    domain: fromOptions.domain ?? existingWords.domain,
    timeZone: fromOptions.timeZone ?? existingWords.timeZone,
  };
  if (!mayAsk && owner === undefined && options['yes'] !== true && options['dryRun'] !== true) {
    throw new NocturneError('USAGE', '--owner is missing, and there is no terminal to ask on', {
      hint: 'give --owner NAME, or --yes to use the name of your account',
    });
  }
  const answered = mayAsk
    ? await (await import('./init-wizard.js')).askForWords({
        directory,
        kind: host === undefined ? kind : 'agent',
        importer,
        words,
        defaults: defaults(),
        renames: renamesOf(context, existing),
      })
    : { ...defaults(), ...defined(words) };
  const passphrase =
    options['dryRun'] === true ? {} : await passphraseFor(context, options['passphrase'] === true);
  return { directory, host, ...defined({ importer, encoding }), ...answered, ...passphrase };
}

/** What would get another name, for the wizard. */
function renamesOf(context: Context, existing: ExistingFiles): readonly string[] {
  if (directoryKind(existing) !== 'folder') return [];
  const draft = planDraft('');
  matchNameCase(existing, readReference(context.packageRoot).paths, draft);
  return draft.notes.map(({ path, message }) => `${path}: ${message}`);
}

async function hostOf(paths: readonly string[]): Promise<Host | undefined> {
  return (await installedHosts()).find((host) => host.agentWorkspace?.isOne(paths) === true);
}

function defaults(): { owner: string; timeZone: string } {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { owner: accountName(), timeZone: zone === '' ? 'UTC' : zone };
}

function accountName(): string {
  try {
    return userInfo().username || 'owner';
  } catch {
    // A process may run under a user id that has no account.
    return 'owner';
  }
}

/** Refuses the home directory and the root of a disk. */
function directoryOf(context: Context, path: string | undefined): string {
  const directory = resolve(context.cwd, path ?? '.');
  const real = existsSync(directory) ? realpathSync(directory) : directory;
  if (real === parse(real).root || real === homedir())
    throw new NocturneError(
      'USAGE',
      `${directory} cannot be a workspace: it would contain everything ${real === homedir() ? 'in your account' : 'on this machine'}`,
      { hint: 'name a directory inside it: nocturne init DIR' },
    );
  return directory;
}

async function passphraseFor(
  context: Context,
  wanted: boolean,
): Promise<{ readonly passphrase?: string }> {
  if (ownerKeyStatus(context.home) !== 'missing') return passphraseOf(context);
  if (!wanted) return {};
  const set = context.env['NOCTURNE_PASSPHRASE'];
  if (set !== undefined && set !== '') return { passphrase: set };
  if (!canAsk(context))
    throw new NocturneError(
      'USAGE',
      '--passphrase needs a passphrase, and there is no terminal to ask on',
      {
        hint: 'set NOCTURNE_PASSPHRASE, or run this at a terminal',
      },
    );
  return { passphrase: await (await import('./init-wizard.js')).askForNewPassphrase() };
}

function zoneOf(zone: string | undefined): string | undefined {
  if (zone === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone === ''
      ? undefined
      : zone;
  } catch {
    throw new NocturneError('USAGE', `--time-zone cannot be ${zone}`, {
      hint:
        didYouMean(zone, Intl.supportedValuesOf('timeZone')) ??
        'write an IANA name, as in Europe/Lisbon, or UTC',
    });
  }
}

function encodingOf(name: string | undefined): string | undefined {
  try {
    return name === undefined ? undefined : new TextDecoder(name).encoding;
  } catch {
    throw new NocturneError('USAGE', `--encoding cannot be ${name ?? ''}`, {
      hint: 'write the name of an encoding, as in windows-1252, shift_jis or gb18030',
    });
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.replace(/\s+/g, ' ').trim();
  return text === '' ? undefined : text;
}
