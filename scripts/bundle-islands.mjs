// Bundles what of the dashboard runs in the browser, and its stylesheet, into dist/dashboard.
import { build } from 'esbuild';
import fastGlob from 'fast-glob';

await build({
  entryPoints: [
    ...fastGlob.sync('src/surfaces/dashboard/islands/*.ts', { ignore: ['**/*.d.ts'] }),
    'src/surfaces/dashboard/style.css',
  ],
  outdir: 'dist/dashboard',
  entryNames: '[name]',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
});
