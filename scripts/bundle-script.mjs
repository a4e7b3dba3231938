// Bundles compiled modules into one script that bin/load-bundle.cjs loads.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { outside } from './outside-bundles.mjs';

const dist = join(import.meta.dirname, '../dist');

// A file finds programs, threads and installed modules relative to itself; in the bundle as well.
const originalPlace = {
  name: 'original place',
  setup(build) {
    build.onLoad({ filter: /\.m?js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.')) return undefined;
      const place = JSON.stringify(relative(dist, path));
      return {
        loader: 'js',
        contents: text
          .replaceAll('import.meta.url', `__urlOf(${place})`)
          .replaceAll('import.meta.dirname', `__folderOf(${place})`),
      };
    });
  },
};
const banner = {
  js: 'const __placeOf = (path) => require("node:path").join(__filename, "..", path), __urlOf = (path) => require("node:url").pathToFileURL(__placeOf(path)).href, __folderOf = (path) => require("node:path").dirname(__placeOf(path));',
};

// `contents` names its modules relative to dist. `short`: without the blanks that make it readable.
export async function bundleScript(name, contents, { short = false } = {}) {
  const file = join(dist, name);
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dist },
    outfile: file,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    // Native or large packages stay outside and are loaded by `require`: a script has no `import()`.
    external: outside,
    supported: { 'dynamic-import': false },
    plugins: [originalPlace],
    banner,
    minifyWhitespace: short,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    logOverride: { 'empty-import-meta': 'error' },
  });
  // esbuild does not write regular expressions as ASCII; load-bundle.cjs says why it matters.
  const ascii = outputFiles[0].text.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  // V8 would accept stored code for another text of the same length.
  rmSync(`${file}.cache`, { force: true });
  writeFileSync(file, ascii);
}
