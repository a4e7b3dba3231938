/**
 * Carries out many command lines one after the other: `node many-child.js` with a JSON list of them
 * on standard input, answered by a JSON list of what each printed and its exit code.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The one file of the build, as the program loads it. */
type Bundle = {
  readonly loadBundle: (file: string) => {
    readonly exports: { main(words: readonly string[]): Promise<void> };
  };
};
const { main } = (
  createRequire(import.meta.url)('../../../../bin/load-bundle.cjs') as Bundle
).loadBundle(fileURLToPath(new URL('../../../cli.cjs', import.meta.url))).exports;

const answers: { exit: number; stdout: string; stderr: string }[] = [];
const real = process.stdout.write.bind(process.stdout);
for (const words of JSON.parse(readFileSync(0, 'utf8')) as readonly (readonly string[])[]) {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    process[name].write = (text: string | Uint8Array): boolean => {
      said[name] += String(text);
      return true;
    };
  process.exitCode = 0;
  await main(words);
  answers.push({ exit: process.exitCode, ...said });
}
process.stdout.write = real;
process.exitCode = 0;
process.stdout.write(JSON.stringify(answers));
