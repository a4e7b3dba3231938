// Loads a bundle that the build made, with the code that V8 compiled for it then, if that still
// fits.
'use strict';
const { isAscii } = require('node:buffer');
const { readFileSync, statSync } = require('node:fs');
const { createRequire } = require('node:module');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

// Most commands end before code that V8 has optimised could pay for itself. Only what runs seven
// times as long as usual is optimised. Stored code fits only with the flags that it was made with.
setFlagsFromString('--interrupt-budget=500000');

// What the bundle exports, and the compiled script.
exports.loadBundle = function loadBundle(file) {
  const cache = `${file}.cache`;
  const cachedData =
    statSync(cache, { throwIfNoEntry: false }) === undefined ? undefined : readFileSync(cache);
  // V8 reads and compiles text with one byte for each character in a fraction of the time.
  const bytes = readFileSync(file);
  const script = new Script(
    `(function (require, module, exports, __filename) {${bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8')}\n})`,
    { filename: file, cachedData },
  );
  const module = { exports: {} };
  script.runInThisContext()(createRequire(file), module, module.exports, file);
  return { exports: module.exports, script };
};
