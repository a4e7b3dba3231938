#!/usr/bin/env node
// The command `nocturne`. CommonJS, so that the frequent small commands start as fast as Node itself.
'use strict';
if (process.argv[2] === '--version' || process.argv[2] === '-V') {
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  void import('../dist/src/surfaces/cli/main.js').then((main) => main.main(process.argv.slice(2)));
}
