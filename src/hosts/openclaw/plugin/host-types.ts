/** The part of OpenClaw's plugin interface (2026.9.6) used here. Anything may be missing. */

export type HostContext = {
  readonly runId?: string;
  readonly jobId?: string;
  readonly sessionKey?: string;
  readonly workspaceDir?: string;
  readonly trigger?: string;
  readonly childSessionKey?: string;
  readonly requesterSessionKey?: string;
  /** Of the gateway's own hooks. */
  readonly getCron?: () =>
    | {
        list?(options: {
          readonly includeDisabled: boolean;
        }): Promise<readonly CronJob[]> | readonly CronJob[];
      }
    | undefined;
};
export type CronJob = {
  readonly id: string;
  readonly name?: string;
  readonly payload?: { readonly kind?: string };
};

export type ReplyEvent = { readonly cleanedBody?: string };
export type CronEvent = {
  readonly action: string;
  readonly jobId: string;
  readonly job?: CronJob;
  readonly sessionKey?: string;
  readonly status?: 'ok' | 'error' | 'skipped';
  readonly error?: string;
  /** The last words of its agent. */
  readonly summary?: string;
  readonly runAtMs?: number;
};
export type ToolEvent = {
  readonly toolName: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly runId?: string;
  readonly toolCallId?: string;
};
export type ToolDone = ToolEvent & {
  readonly error?: string;
  readonly result?: {
    readonly content?: readonly { readonly text?: string }[];
    readonly details?: {
      readonly childSessionKey?: string;
      readonly status?: string;
      readonly error?: string;
    };
  };
};
export type SubagentEvent = {
  readonly runId?: string;
  readonly childSessionKey?: string;
  readonly targetSessionKey?: string;
  readonly phase?: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly error?: string;
};
export type Message = {
  readonly role?: string;
  readonly content?: string | readonly { readonly type?: string; readonly text?: string }[];
};
export type AgentEnd = {
  readonly messages?: readonly Message[];
  readonly success?: boolean;
  readonly error?: string;
};
export type LlmOutput = {
  readonly provider?: string;
  readonly model?: string;
  readonly resolvedRef?: string;
  readonly assistantTexts?: readonly string[];
  /** Of the whole run. */
  readonly usage?: {
    readonly input?: number;
    readonly output?: number;
    readonly cacheRead?: number;
    readonly cacheWrite?: number;
    readonly cost?: { readonly total?: number };
  };
};

export type ToolVerdict = {
  readonly block?: true;
  readonly blockReason?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly requireApproval?: {
    readonly title: string;
    readonly description: string;
    readonly timeoutBehavior: 'deny';
  };
};

type Hook<Event, Result = void> = (
  event: Event,
  context: HostContext,
) => Promise<Result | undefined> | Result | undefined;
export type Hooks = {
  readonly gateway_start: Hook<unknown>;
  readonly gateway_stop: Hook<unknown>;
  readonly cron_changed: Hook<CronEvent>;
  readonly before_agent_reply: Hook<
    ReplyEvent,
    { readonly handled: true; readonly reply: { readonly text: string } }
  >;
  readonly before_agent_run: Hook<
    { readonly prompt?: string },
    { readonly outcome: 'block'; readonly reason: string; readonly message: string }
  >;
  readonly before_agent_finalize: Hook<
    { readonly lastAssistantMessage?: string },
    { readonly action: 'revise'; readonly reason: string }
  >;
  readonly before_prompt_build: Hook<unknown, { readonly prependContext: string }>;
  readonly resolve_exec_env: Hook<
    { readonly sessionKey?: string },
    Readonly<Record<string, string>>
  >;
  readonly before_tool_call: Hook<ToolEvent, ToolVerdict>;
  readonly after_tool_call: Hook<ToolDone>;
  readonly subagent_spawned: Hook<SubagentEvent>;
  readonly subagent_progress: Hook<SubagentEvent>;
  readonly subagent_ended: Hook<SubagentEvent>;
  readonly llm_output: Hook<LlmOutput>;
  readonly agent_end: Hook<AgentEnd>;
};

/** Commander's, as far as it is used. */
export type Program = {
  command(name: string): Program;
  description(text: string): Program;
  option(flags: string, description: string): Program;
  action(run: (options: { readonly json?: boolean }) => Promise<void>): Program;
};

export type HostApi = {
  readonly config?: {
    readonly plugins?: {
      readonly entries?: Readonly<
        Record<
          string,
          {
            readonly hooks?: {
              readonly allowConversationAccess?: boolean;
              readonly allowPromptInjection?: boolean;
            };
          }
        >
      >;
    };
  };
  readonly pluginConfig?: unknown;
  readonly registrationMode?: string;
  readonly logger?: {
    info?(text: string): void;
    warn?(text: string): void;
    error?(text: string): void;
  };
  on<Name extends keyof Hooks>(
    name: Name,
    hook: Hooks[Name],
    options?: { readonly priority?: number; readonly timeoutMs?: number },
  ): void;
  registerTrustedToolPolicy?(policy: {
    readonly id: string;
    readonly description: string;
    readonly matcher: readonly string[];
    evaluate(event: ToolEvent, context: HostContext): Promise<ToolVerdict | undefined>;
  }): void;
  registerCli?(
    register: (cli: { readonly program: Program }) => void,
    options: {
      readonly descriptors: readonly {
        readonly name: string;
        readonly description: string;
        readonly hasSubcommands: boolean;
      }[];
    },
  ): void;
  registerGatewayMethod?(
    name: string,
    handle: (call: {
      respond(
        ok: boolean,
        payload?: unknown,
        error?: { readonly code: string; readonly message: string },
      ): void;
    }) => Promise<void>,
    options: { readonly scope: string },
  ): void;
};
