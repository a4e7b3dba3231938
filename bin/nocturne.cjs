#!/usr/bin/env node
// The command `nocturne`. CommonJS, so that the frequent small commands start as fast as Node itself.
'use strict';
const [first, ...rest] = process.argv.slice(2);

if (first === '--version' || first === '-V') {
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  const exit = first === 'gate' ? bundledGate(rest) : first === 'validate' ? bundledValidate(rest) : undefined;
  if (exit === undefined) void import('../dist/src/surfaces/cli/main.js').then((main) => main.main(process.argv.slice(2)));
  else process.exitCode = exit;
}

function bundledGate(words) {
  const file = bundle('gate.cjs');
  return file === undefined ? undefined : require('./load-gate.cjs').loadGate(file).gateLine(words);
}

function bundledValidate(words) {
  const file = bundle('validate.cjs');
  return file === undefined ? undefined : require(file).validateLine(words, `${__dirname}/..`);
}

// One file of a command is not used when the sources were compiled again after it was made.
function bundle(name) {
  const { statSync } = require('node:fs');
  const [file, compiled] = [name, '.tsbuildinfo'].map((one) => `${__dirname}/../dist/${one}`);
  const made = statSync(file, { throwIfNoEntry: false });
  return made === undefined || (statSync(compiled, { throwIfNoEntry: false })?.mtimeMs ?? 0) > made.mtimeMs ? undefined : file;
}
