/**
 * A host: a product in which agents work, or which asks us before something happens. One folder
 * each, with a `host.ts`; the core knows none by name and asks all that are installed.
 */
import type { RunnerKind } from '../agents/runner-for.js';
import type { Need } from '../governance/capability.js';
import type { GuardedHost } from '../governance/host-tools/host-tools.js';
import type { Observation } from '../kernel/observation.js';
import type { AddedCommand } from '../passes/added-command.js';
import type { Workspace } from '../workspace/types.js';
import type { HookPaths } from './hook-command.js';

/** A command that the host adds to the command line; loaded when it is called. */
export type HostCommand = {
  readonly group: 'Passes' | 'Toolkit';
  readonly summary: string;
  /** What a caller inside a pass needs. */
  readonly need: Need;
  readonly load: () => Promise<AddedCommand>;
};

/** `absent`: there is nothing here that could have hooks. Planning writes nothing. */
export type HookPlan =
  | {
      readonly kind: 'plan';
      readonly verdict: 'install' | 'upgrade' | 'nothing' | 'restore' | 'remove';
      /** The file or folder that changes. */
      readonly where: string;
      readonly carryOut: () => void;
    }
  | {
      readonly kind: 'absent';
      /** In a few words, for a line about every host. */
      readonly what: string;
      /** A sentence and its hint, for an owner who asked for this host. */
      readonly why: string;
      readonly hint: string;
    };

/** Our hooks in the host's own settings. */
export type HostHooks = {
  readonly plan: (
    way: 'install' | 'uninstall',
    context: { readonly workspace: Workspace; readonly paths: HookPaths; readonly owner: string },
  ) => HookPlan;
  /** `text`: one line for people; `facts`: the same for programs. */
  readonly status: (
    workspace: Workspace,
    paths: HookPaths,
  ) => { readonly text: string; readonly facts: Readonly<Record<string, unknown>> };
};

/** What a host is told of the machine on which it is looked for. */
export type HostMachine = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The directory of the workspace, or why there is none. */
  readonly root: string | { readonly missing: string };
};

/** Where the host keeps the workspace of an agent, when the owner has not chosen another place. */
export type AgentWorkspace = {
  /** Below the owner's home directory. */
  readonly folder: string;
  /** With its article: `an Example workspace`. */
  readonly called: string;
  /** Whether a folder with these files is such a workspace. */
  readonly isOne: (paths: readonly string[]) => boolean;
};

export interface Host extends GuardedHost {
  /** The name of its folder, by which commands, sessions and the audit log know it. */
  readonly name: string;
  /** As its makers write it. */
  readonly title: string;
  readonly runners?: readonly RunnerKind[];
  readonly agentWorkspace?: AgentWorkspace;
  /** It has timers of its own, which `doctor` does not ask. */
  readonly startsPasses?: true;
  /** One fact for `doctor`, under the name of the host. */
  readonly probe?: (machine: HostMachine) => Observation | Promise<Observation>;
  readonly hooks?: () => Promise<HostHooks>;
  /** By the words that call them. */
  readonly commands?: Readonly<Record<string, HostCommand>>;
}
