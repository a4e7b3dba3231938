/** Starts OpenClaw's program without a shell, with a selected environment, and reads its JSON. */
import { parsedJson } from '../../../kernel/parsed-json.js';
import { NocturneError } from '../../../kernel/error.js';

export type Ran = { readonly exit: number; readonly stdout: string; readonly stderr: string };
export type OpenClaw = {
  /** A name found in PATH, or a path. */
  readonly program: string;
  run(args: readonly string[]): Promise<Ran>;
  /** @throws NocturneError `RUN_FAILED` with the host's words, or if the output is not JSON. */
  json(args: readonly string[]): Promise<unknown>;
};

/** The gateway may be busy; installing a plugin takes ten seconds on an idle machine. */
const PATIENCE_MS = 180_000;
const PASSED = new Set([
  'HOME',
  'USERPROFILE',
  'PATH',
  'LANG',
  'TZ',
  'TMPDIR',
  'CI',
  'DO_NOT_TRACK',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'XDG_STATE_HOME',
]);

export function openClaw({
  program,
  env,
  patienceMs = PATIENCE_MS,
}: {
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly patienceMs?: number;
}): OpenClaw {
  const picked = Object.fromEntries(
    Object.entries(env).filter(
      ([name, value]) => value !== undefined && (PASSED.has(name) || name.startsWith('OPENCLAW_')),
    ),
  ) as Record<string, string>;
  const run = async (args: readonly string[]): Promise<Ran> => {
    const { execa } = await import('execa');
    const result = await execa(program, [...args], {
      env: { ...picked, NO_COLOR: '1' },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      timeout: patienceMs,
    });
    if (result.code === 'ENOENT' || result.code === 'EACCES')
      throw new NocturneError(
        'MISSING_PART',
        `${program} cannot be started: ${result.code === 'ENOENT' ? 'there is no such program' : 'it may not be run'}`,
        { hint: 'install OpenClaw, or name its program: --openclaw /path/to/openclaw' },
      );
    if (result.timedOut)
      throw new NocturneError(
        'RUN_FAILED',
        `${words(program, args)} gave no answer in ${Math.round(patienceMs / 1000)} seconds`,
        { hint: 'openclaw gateway status says how the gateway is' },
      );
    return { exit: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr };
  };
  return {
    program,
    run,
    async json(args) {
      const ran = await run(args);
      const value = parsedJson(ran.stdout);
      if (ran.exit !== 0)
        throw new NocturneError(
          'RUN_FAILED',
          `${words(program, args)} ended with ${ran.exit}: ${complaint(value, ran)}`,
          { hint: "the words are the host's own; openclaw gateway status says how the gateway is" },
        );
      if (value === undefined)
        throw new NocturneError(
          'RUN_FAILED',
          `${words(program, args)} did not print JSON, but "${ran.stdout.slice(0, 120)}"`,
          { hint: 'this version of OpenClaw answers in a form that is not known here' },
        );
      return value;
    },
  };
}

/** The host's reason: `error.message` of its JSON, otherwise the last lines of stderr. */
export function complaint(
  value: unknown,
  { stderr, stdout }: Pick<Ran, 'stderr' | 'stdout'>,
): string {
  const error =
    typeof value === 'object' && value !== null && 'error' in value ? value.error : undefined;
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
  return (message || stderr.trim() || stdout.trim())
    .split('\n')
    .slice(0, 3)
    .join(' ')
    .slice(0, 600);
}

function words(program: string, args: readonly string[]): string {
  return [program, ...args.slice(0, 2)].join(' ');
}
