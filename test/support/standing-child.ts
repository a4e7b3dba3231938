/**
 * Carries out command lines one after the other, as they come from its parent: words, environment
 * and folder of each, answered by what was printed and the exit code. Its word: the bundle.
 */
import { createRequire } from 'node:module';

/** The one file of the build, as the program loads it. */
type Bundle = {
  readonly loadBundle: (file: string) => {
    readonly exports: { main(words: readonly string[]): Promise<void> };
  };
};
export type Asked = {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
};
export type Answered = {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
};

const { main } = (
  createRequire(import.meta.url)('../../../bin/load-bundle.cjs') as Bundle
).loadBundle(process.argv[2] ?? '').exports;

process.setMaxListeners(0);
process.stdout.setMaxListeners(0);
// A parent that has ended closes the channel, and so ends this process.
process.on('message', (asked: Asked) => {
  void answer(asked).then((answered) => process.send?.(answered));
});

async function answer({ words, env, cwd }: Asked): Promise<Answered> {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    process[name].write = (text: string | Uint8Array): boolean => {
      said[name] += String(text);
      return true;
    };
  process.exitCode = 0;
  await main(words);
  return { exit: Number(process.exitCode), ...said };
}
