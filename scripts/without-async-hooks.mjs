// Tap follows every promise, to know to which test an error belongs that nothing catches. That is a
// twelfth of the processor time of passes in tests. Without it such an error ends the process, which
// fails the file that it ran. Import it before tap.
import asyncHooks from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';

const hook = { enable: () => hook, disable: () => hook };
asyncHooks.createHook = () => hook;
syncBuiltinESMExports();
