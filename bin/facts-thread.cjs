// The thread in which `validate` checks files, from the bundle if it can: to open and compile the
// hundreds of files of the rules again would take as long as to check a thousand pages.
'use strict';
const { freshBundle } = require('./load-bundle.cjs');

void (freshBundle('cli.cjs')?.factsThread() ?? import('../dist/src/validate/facts-thread.js'));
