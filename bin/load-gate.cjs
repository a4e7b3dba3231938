// Loads the gate from the one file that the build makes of it, with what V8 had compiled of it when it was built, where that still fits.
'use strict';
const { readFileSync, statSync } = require('node:fs');
const { Script } = require('node:vm');

// `gateLine(words)` of src/surfaces/cli/gate-line.ts, and the compiled script.
exports.loadGate = function loadGate(file) {
  const cache = `${file}.cache`;
  const cachedData = statSync(cache, { throwIfNoEntry: false }) === undefined ? undefined : readFileSync(cache);
  const script = new Script(`(function (require, module) {${readFileSync(file, 'utf8')}\n})`, { filename: file, cachedData });
  const module = { exports: {} };
  script.runInThisContext()(require, module);
  return { gateLine: module.exports.gateLine, script };
};
