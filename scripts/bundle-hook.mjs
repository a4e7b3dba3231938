// Makes one file of the hooks of Claude Code, and keeps what V8 compiles of it while it judges one
// call: the hook is started before every tool call.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const file = join(import.meta.dirname, '../dist/hook.cjs');
rmSync(`${file}.cache`, { force: true });
// `require` of the file stands in for `import.meta.url`, by which secretlint is loaded where a text
// calls for it.
const banner = { js: 'const __url = require("node:url").pathToFileURL(__filename).href;' };
await build({
  entryPoints: ['dist/src/surfaces/cli/hook-line.js'],
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
const made = spawnSync(process.execPath, [join(import.meta.dirname, 'cache-hook.mjs'), file], {
  encoding: 'utf8',
});
if (made.status !== 0)
  throw new Error(`the hook does not judge a call: ${made.stdout}${made.stderr}`);
