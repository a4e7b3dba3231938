/** The library: what other programs may use. */
export { fixedClock, systemClock, type Clock } from './kernel/clock.js';
export type { Diagnostic, Range, Severity, TextEdit } from './kernel/diagnostic.js';
export { EXIT, NocturneError, type ErrorCode, type ExitCode } from './kernel/error.js';
export { loadSchema } from './registry/load-schema.js';
export { impactOf } from './registry/impact.js';
export type { Schema } from './registry/types.js';
export { bundleChanges } from './workspace/bundle.js';
export { openWorkspace } from './workspace/open-workspace.js';
export type { ChangeSet, Snapshot, Workspace } from './workspace/types.js';
export { verifyGate } from './integrity/gate.js';
export { validateSnapshot } from './validate/validate-snapshot.js';
export { decide } from './governance/guard/decide.js';
export type { Action, Authority, Decision } from './governance/types.js';
export { worker } from './passes/worker/worker.js';
export { manager } from './passes/manager/manager.js';
export { beginPass, endPass } from './passes/host/host-driver.js';
export type { PassReport } from './passes/pass-facts.js';
export type { PassEnvironment, PassRequest } from './passes/types.js';
