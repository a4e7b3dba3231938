/** The list of all rules. A file rule and a workspace rule may share an id. */
import type { FileRule, Rule, WorkspaceRule } from './rule.js';
import { conflictMarker } from './rules/conflict-marker.js';
import { destination } from './rules/destination.js';
import { domainAnchor } from './rules/domain-anchor.js';
import { edgeUndeclared } from './rules/edge-undeclared.js';
import { edgeUnresolved } from './rules/edge-unresolved.js';
import { failureMode } from './rules/failure-mode.js';
import { fieldContract, fieldUnique } from './rules/field-contract.js';
import { contentElsewhere, fileMissing } from './rules/file-missing.js';
import { GATE_RULES } from './rules/gate-rules.js';
import { hostSize, hostTotal } from './rules/host-size.js';
import { handedKey } from './rules/handed-key.js';
import { inbound } from './rules/inbound.js';
import { jobProof } from './rules/job-proof.js';
import { documentUnique, keyUnique } from './rules/key-unique.js';
import { linkBroken } from './rules/link-broken.js';
import { lockState } from './rules/lock-state.js';
import { moduleWatch } from './rules/module-watch.js';
import { nameCase } from './rules/name-case.js';
import { nearMiss } from './rules/near-miss.js';
import { notUtf8 } from './rules/not-utf8.js';
import { notificationOpen } from './rules/notification-open.js';
import { objective } from './rules/objective.js';
import { oddCharacter } from './rules/odd-character.js';
import { orphanProject } from './rules/orphan-project.js';
import { phaseDeclared, phaseGraph } from './rules/phase-graph.js';
import { placeholder } from './rules/placeholder.js';
import { preapproval } from './rules/preapproval.js';
import { probe } from './rules/probe.js';
import { programChanged } from './rules/program-changed.js';
import { promptCommand } from './rules/prompt-command.js';
import { promptComposed } from './rules/prompt-composed.js';
import { locatorAmbiguous, recordShape } from './rules/record-shape.js';
import { referenceUnresolved } from './rules/reference-unresolved.js';
import { bundleInvalid, registrySyntax } from './rules/registry-syntax.js';
import { routeAmbiguous } from './rules/route-ambiguous.js';
import { rulePage } from './rules/rule-page.js';
import { runnerProgram } from './rules/runner-program.js';
import { secret } from './rules/secret.js';
import { conditionProgram, stopCondition } from './rules/stop-condition.js';
import { spending } from './rules/spending.js';
import { symlinkEscape } from './rules/symlink-escape.js';
import { syncCopy } from './rules/sync-copy.js';
import { tierRunner } from './rules/tier-runner.js';
import { timeZone } from './rules/time-zone.js';
import { triggerCycle } from './rules/trigger-cycle.js';
import { writeScope } from './rules/write-scope.js';

export const FILE_RULES: readonly FileRule[] = [
  notUtf8,
  contentElsewhere,
  conflictMarker,
  oddCharacter,
  recordShape,
  nearMiss,
  locatorAmbiguous,
  fieldContract,
  keyUnique,
  placeholder,
  secret,
  hostSize,
  phaseGraph,
  stopCondition,
  rulePage,
];

export const WORKSPACE_RULES: readonly WorkspaceRule[] = [
  registrySyntax,
  bundleInvalid,
  fileMissing,
  fieldUnique,
  documentUnique,
  referenceUnresolved,
  routeAmbiguous,
  edgeUnresolved,
  edgeUndeclared,
  triggerCycle,
  nameCase,
  syncCopy,
  symlinkEscape,
  linkBroken,
  domainAnchor,
  hostTotal,
  orphanProject,
  objective,
  tierRunner,
  notificationOpen,
  moduleWatch,
  promptComposed,
  ...GATE_RULES,
  lockState,
  phaseDeclared,
  conditionProgram,
  preapproval,
  failureMode,
  inbound,
  jobProof,
  spending,
  destination,
  writeScope,
  runnerProgram,
  handedKey,
  probe,
  timeZone,
  programChanged,
  promptCommand,
];

export const RULES: readonly Rule[] = [...FILE_RULES, ...WORKSPACE_RULES];
