#!/usr/bin/env node
// The command `nocturne`. CommonJS, so that the frequent small commands start as fast as Node itself.
'use strict';
const [first, ...rest] = process.argv.slice(2);

if (first === '--version' || first === '-V') {
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  const exit = first === 'gate' ? bundledGate(rest) : undefined;
  if (exit === undefined) void import('../dist/src/surfaces/cli/main.js').then((main) => main.main(process.argv.slice(2)));
  else process.exitCode = exit;
}

// The one file of the gate is not used when the sources were compiled again after it was made.
function bundledGate(words) {
  const { statSync } = require('node:fs');
  const [file, compiled] = ['gate.cjs', '.tsbuildinfo'].map((name) => `${__dirname}/../dist/${name}`);
  const made = statSync(file, { throwIfNoEntry: false });
  if (made === undefined || (statSync(compiled, { throwIfNoEntry: false })?.mtimeMs ?? 0) > made.mtimeMs) return undefined;
  return require('./load-gate.cjs').loadGate(file).gateLine(words);
}
