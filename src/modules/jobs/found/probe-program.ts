/** Asks a program of this machine once, with a limit on its time and its output. */
import { findProgram } from '../../../agents/find-program.js';

export type Probed =
  | {
      readonly kind: 'ended';
      readonly exit: number;
      readonly stdout: string;
      readonly stderr: string;
    }
  | { readonly kind: 'unusable'; readonly why: string };

const PATIENCE_MS = 5_000;

/** Never throws. `unusable`: not there, silent, or it prints something else than text. */
export async function probeProgram(
  name: string,
  options: {
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly largest: number;
    readonly patienceMs?: number;
  },
): Promise<Probed> {
  const { args, env, largest, patienceMs = PATIENCE_MS } = options;
  const unusable = (why: string): Probed => ({ kind: 'unusable', why });
  const program = findProgram(name, { path: env['PATH'], directory: '/' });
  if (program === undefined) return unusable(`${name} is not on the path`);
  const { execa } = await import('execa');
  const result = await execa(program, [...args], {
    env: picked(env),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: patienceMs,
    killSignal: 'SIGKILL',
    maxBuffer: largest,
  });
  if (result.timedOut) return unusable(`${name} gave no answer in ${patienceMs / 1000} seconds`);
  if (result.isMaxBuffer) return unusable(`${name} prints more than ${largest} bytes`);
  if (result.exitCode === undefined)
    return unusable(
      `${name} did not run: ${result.code ?? result.signal ?? 'for an unknown reason'}`,
    );
  if (/[\0\uFFFD]/.test(result.stdout)) return unusable(`${name} does not print text`);
  return { kind: 'ended', exit: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

/** systemctl finds the owner's timers through the last two. */
const PASSED = ['PATH', 'HOME', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];

function picked(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const set = PASSED.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(set), LC_ALL: 'C' };
}
