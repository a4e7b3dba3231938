// Bundles the programs that tests start, and often kill, into dist/children: opening the hundreds
// of small files of each start would be most of the time of these tests.
import { readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { build } from 'esbuild';
import fastGlob from 'fast-glob';
import { outside } from './outside-bundles.mjs';

// A file finds other files relative to itself; in the bundle as well.
const originalPlace = {
  name: 'original place',
  setup(build) {
    build.onLoad({ filter: /\/dist\/.*\.js$/ }, ({ path }) => {
      const place = JSON.stringify(relative('dist', path));
      const url = `new URL(${place}, import.meta.url.replace(/\\/dist\\/children\\/.*/, '/dist/'))`;
      const contents = readFileSync(path, 'utf8')
        .replaceAll('import.meta.url', `${url}.href`)
        .replaceAll('import.meta.dirname', `new URL('.', ${url}).pathname`);
      return { loader: 'js', contents };
    });
  },
};

// Names of common files change with what they contain.
rmSync('dist/children', { recursive: true, force: true });
await build({
  entryPoints: await fastGlob([
    'dist/test/**/*-child.js',
    'dist/test/workspace/crash/record-writer.js',
  ]),
  outbase: 'dist/test',
  outdir: 'dist/children',
  bundle: true,
  splitting: true,
  external: outside,
  // Packages in the old format ask for others by `require`. Code is optimised as late as in the
  // command line (bin/load-bundle.cjs), because most of these programs live as short.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; import { setFlagsFromString as __setFlags } from 'node:v8'; const require = __createRequire(import.meta.url); __setFlags('--interrupt-budget=500000');",
  },
  platform: 'node',
  format: 'esm',
  target: 'node20',
  plugins: [originalPlace],
  logLevel: 'warning',
});
