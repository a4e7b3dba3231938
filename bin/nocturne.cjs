#!/usr/bin/env node
// The command `nocturne`. CommonJS, so that frequent commands start almost as fast as Node itself.
'use strict';
const words = process.argv.slice(2);
const DIST = `${__dirname}/../dist`;
const bundle = (name) => require('./load-bundle.cjs').freshBundle(name);

if (words[0] === '--version' || words[0] === '-V')
  process.stdout.write(`${require('../package.json').version}\n`);
else void run();

async function run() {
  const quick = isQuick(words) ? bundle('quick.cjs') : undefined;
  const exit = await quick?.quickAnswer(words, () =>
    import('../dist/src/modules/installed.js').then((it) => it.installedModules()),
  );
  if (exit !== undefined) process.exitCode = exit;
  else (bundle('cli.cjs') ?? (await import('../dist/src/surfaces/cli/main.js'))).main(words);
}

// The hooks of some hosts need the whole command line.
function isQuick([command, host]) {
  if (command !== 'hook') return command === 'gate';
  return require('node:fs').existsSync(`${DIST}/src/hosts/${host}/hook-line.js`);
}
