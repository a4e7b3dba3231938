/** The meter as a process of its own, as a pass or the owner starts it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../../../../bin/nocturne.cjs', import.meta.url));

export type MeterProcess = {
  readonly child: ChildProcess;
  readonly port: number;
  /** Resolves with the exit code. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
};

export async function startMeter(
  { root, home }: { readonly root: string; readonly home: string },
  env: Readonly<Record<string, string>>,
  command: 'meter' | 'serve' = 'meter',
): Promise<MeterProcess> {
  const { NOCTURNE_RUN: _run, NOCTURNE_PASS_TOKEN: _token, ...clean } = process.env;
  const child = spawn(process.execPath, [BIN, command], {
    cwd: root,
    env: { ...clean, NOCTURNE_HOME: home, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    const [, port] = /listens on 127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (port === undefined) continue;
    child.stderr.resume();
    return {
      child,
      port: Number(port),
      async end(signal) {
        child.kill(signal);
        return (await ended)[0];
      },
    };
  }
  const [code] = await ended;
  throw new Error(`the meter ended with ${code}: ${said.join('\n')}`);
}
