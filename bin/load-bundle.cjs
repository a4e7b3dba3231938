// Loads a bundle that the build made, with the code that V8 compiled for it then, if that still
// fits.
'use strict';
const { isAscii } = require('node:buffer');
const { readdirSync, readFileSync, statSync } = require('node:fs');
const { createRequire } = require('node:module');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

// Most commands end before code that V8 has optimised could pay for itself. Only what runs seven
// times as long as usual is optimised. Stored code fits only with the flags that it was made with.
setFlagsFromString('--interrupt-budget=500000');
// The space for new objects begins with 1 MB; doubling it again and again copies what lives on.
setFlagsFromString('--semi-space-growth-factor=16');

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

// What a bundle exports. Not used if the sources were compiled after it was made, or if a module or
// host was added since.
exports.freshBundle = function freshBundle(name) {
  const dist = `${__dirname}/../dist`;
  const [made, compiled] = [name, '.tsbuildinfo'].map(
    (file) => statSync(`${dist}/${file}`, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  if (made === 0 || compiled > made) return undefined;
  const { exports: exported } = exports.loadBundle(`${dist}/${name}`);
  const holdsAll = ([room, names]) =>
    readdirSync(`${dist}/src/${room}`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .every((entry) => names.includes(entry.name));
  return Object.entries(exported.held).every(holdsAll) ? exported : undefined;
};
