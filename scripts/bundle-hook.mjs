// Makes one file of the hook of each host that has a hook-line.js, and keeps what V8 compiles of it
// while it judges one call: such a hook is started before every tool call.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { installedNames } from '../dist/src/kernel/installed-names.js';

const dist = join(import.meta.dirname, '../dist');
// `require` of the file stands in for `import.meta.url`, by which secretlint is loaded where a text
// calls for it.
const banner = { js: 'const __url = require("node:url").pathToFileURL(__filename).href;' };
for (const host of installedNames(join(dist, 'src/hosts'), 'hook-line.js')) {
  const file = join(dist, `hook-${host}.cjs`);
  rmSync(`${file}.cache`, { force: true });
  await build({
    entryPoints: [join(dist, 'src/hosts', host, 'hook-line.js')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['better-sqlite3'],
    define: { 'import.meta.url': '__url' },
    banner,
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
  });
  const sample = join(import.meta.dirname, '../src/hosts', host, 'hook-sample.json');
  const made = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'cache-hook.mjs'), file, sample],
    { encoding: 'utf8' },
  );
  if (made.status !== 0)
    throw new Error(`the hook of ${host} does not judge a call: ${made.stdout}${made.stderr}`);
}
