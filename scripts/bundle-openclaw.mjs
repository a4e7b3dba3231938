// Makes the folder that `openclaw plugins install` takes: one file of the plugin, its manifest, its
// package.json.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const [from, to] = ['src/hosts/openclaw/plugin', 'dist/openclaw-plugin'];
const { version, license } = JSON.parse(readFileSync('package.json', 'utf8'));
mkdirSync(to, { recursive: true });
const { metafile } = await build({
  entryPoints: [`${from}/plugin.ts`],
  outfile: `${to}/index.js`,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  metafile: true,
  logLevel: 'warning',
});
const foreign = Object.keys(metafile.inputs).filter((file) => !file.startsWith(`${from}/`));
if (foreign.length > 0)
  throw new Error(
    `the plugin runs in the host's Node and is to hold nothing but ${from}; it also imports ${foreign.join(', ')}`,
  );
copyFileSync(`${from}/openclaw.plugin.json`, `${to}/openclaw.plugin.json`);
writeFileSync(
  `${to}/package.json`,
  `${JSON.stringify({ name: 'nocturne', version, license, type: 'module', openclaw: { extensions: ['./index.js'] } }, null, 2)}\n`,
);
