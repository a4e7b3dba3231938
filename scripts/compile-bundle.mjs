// Runs commands with a bundle, and adds the code that V8 compiles for them to what is stored next to
// the bundle. Arguments: the bundle, and a JSON list of commands.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [file = '', commands = '[]'] = process.argv.slice(2);
const { loadBundle } = createRequire(import.meta.url)('../bin/load-bundle.cjs');
const { exports, script } = loadBundle(file);
for (const words of JSON.parse(commands)) {
  const exit = await (exports.quickAnswer ?? exports.main)(words, async () => []);
  if ((exit ?? process.exitCode) !== 0) throw new Error(`${words.join(' ')} failed`);
}
writeFileSync(`${file}.cache`, script.createCachedData());
