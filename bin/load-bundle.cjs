// Loads a command from the one file that the build makes of it, with what V8 had compiled of it
// when it was built, where that still fits.
'use strict';
const { isAscii } = require('node:buffer');
const { readFileSync, statSync } = require('node:fs');
const { createRequire } = require('node:module');
const { Script } = require('node:vm');

// What the file exports, and the compiled script.
exports.loadBundle = function loadBundle(file) {
  const cache = `${file}.cache`;
  const cachedData =
    statSync(cache, { throwIfNoEntry: false }) === undefined ? undefined : readFileSync(cache);
  // A text of one byte a character is read and compiled in a fraction of the time.
  const bytes = readFileSync(file);
  const script = new Script(
    `(function (require, module, exports, __filename) {${bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8')}\n})`,
    { filename: file, cachedData },
  );
  const module = { exports: {} };
  script.runInThisContext()(createRequire(file), module, module.exports, file);
  return { exports: module.exports, script };
};
