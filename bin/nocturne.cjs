#!/usr/bin/env node
// The command `nocturne`. CommonJS, so that the frequent small commands start as fast as Node
// itself.
'use strict';
const [first, ...rest] = process.argv.slice(2);

if (first === '--version' || first === '-V') {
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  const exit =
    first === 'gate'
      ? bundledGate(rest)
      : first === 'validate'
        ? bundledValidate(rest)
        : first === 'hook'
          ? bundledHook(rest)
          : undefined;
  if (exit === undefined)
    void Promise.resolve(bundledMain() ?? import('../dist/src/surfaces/cli/main.js')).then((main) =>
      main.main(process.argv.slice(2)),
    );
  else
    void Promise.resolve(exit).then((code) => {
      process.exitCode = code;
    });
}

function bundledGate(words) {
  const file = bundle('gate.cjs');
  return file === undefined
    ? undefined
    : require('./load-bundle.cjs').loadBundle(file).exports.gateLine(words);
}

function bundledValidate(words) {
  const file = bundle('validate.cjs');
  return file === undefined ? undefined : require(file).validateLine(words, `${__dirname}/..`);
}

// A host may start it before every tool call.
function bundledHook([host = '', ...words]) {
  const installed =
    /^[a-z-]+$/.test(host) &&
    require('node:fs').existsSync(`${__dirname}/../dist/src/hosts/${host}`);
  const file =
    installed && !words.includes('--help') && !words.includes('-h')
      ? bundle(`hook-${host}.cjs`)
      : undefined;
  return file === undefined
    ? undefined
    : require('./load-bundle.cjs')
        .loadBundle(file)
        .exports.hookLine(words, () =>
          import('../dist/src/modules/installed.js').then((it) => it.installedModules()),
        );
}

// The whole command line, unless a module or a host was put beside those that the one file holds.
function bundledMain() {
  const file = bundle('cli.cjs');
  if (file === undefined) return undefined;
  const { exports } = require('./load-bundle.cjs').loadBundle(file);
  const { readdirSync } = require('node:fs');
  const holdsAll = ([room, names]) =>
    readdirSync(`${__dirname}/../dist/src/${room}`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .every((entry) => names.includes(entry.name));
  return Object.entries(exports.held).every(holdsAll) ? exports : undefined;
}

// One file of a command is not used when the sources were compiled again after it was made.
function bundle(name) {
  const { statSync } = require('node:fs');
  const [file, compiled] = [name, '.tsbuildinfo'].map((one) => `${__dirname}/../dist/${one}`);
  const made = statSync(file, { throwIfNoEntry: false });
  return made === undefined ||
    (statSync(compiled, { throwIfNoEntry: false })?.mtimeMs ?? 0) > made.mtimeMs
    ? undefined
    : file;
}
