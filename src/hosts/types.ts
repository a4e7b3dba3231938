/**
 * A host: a product in which agents work, or which asks Nocturne before something happens. The core
 * knows none by name.
 */
import type { RunnerKind } from '../agents/runner-for.js';
import type { Need } from '../governance/capability.js';
import type { GuardedHost } from '../governance/host-tools/host-tools.js';
import type { Observation } from '../kernel/observation.js';
import type { AddedCommand } from '../passes/added-command.js';
import type { Workspace } from '../workspace/types.js';
import type { FoundPlace } from './found-job.js';
import type { HookPaths } from './hook-command.js';

/** Loaded when it is called. */
export type HostCommand = {
  readonly group: 'Passes' | 'Toolkit';
  readonly summary: string;
  /** What a caller inside a pass needs. */
  readonly need: Need;
  readonly load: () => Promise<AddedCommand>;
};

/** `absent`: the host is not here. Planning writes nothing. */
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
      /** In a few words, for a list of all hosts. */
      readonly what: string;
      /** For an owner who asked for this host. */
      readonly why: string;
      readonly hint: string;
    };

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

export type HostMachine = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The workspace directory, or why there is none. */
  readonly root: string | { readonly missing: string };
};

/** Where the host keeps an agent's workspace by default. */
export type AgentWorkspace = {
  /** Below the owner's home directory. */
  readonly folder: string;
  /** With its article: `an Example workspace`. */
  readonly called: string;
  readonly isOne: (paths: readonly string[]) => boolean;
};

export interface Host extends GuardedHost {
  /** The name of its folder; commands, sessions and the audit log use it. */
  readonly name: string;
  readonly title: string;
  readonly runners?: readonly RunnerKind[];
  readonly agentWorkspace?: AgentWorkspace;
  /** It has timers of its own. */
  readonly startsPasses?: true;
  /** One line for `doctor`. */
  readonly probe?: (machine: HostMachine) => Observation | Promise<Observation>;
  readonly hooks?: () => Promise<HostHooks>;
  /**
   * Sends a message on a channel that the host is connected to, such as `telegram:12345`.
   * @throws NocturneError if the host did not take it.
   */
  readonly send?: (
    message: { readonly to: string; readonly text: string },
    machine: Pick<HostMachine, 'env'>,
  ) => Promise<void>;
  /** The jobs that its own timers start, ours included. */
  readonly jobs?: (machine: Pick<HostMachine, 'env'>) => Promise<FoundPlace>;
  /** By the words that call them. */
  readonly commands?: Readonly<Record<string, HostCommand>>;
}
