/**
 * The core's tools of the server, one row each; modules bring others. A listing is read by every
 * agent at every start: it stays below 1,500 tokens.
 */
import { z } from 'zod';
import {
  TOOL_ARGUMENTS,
  TOOL_DESCRIPTIONS,
  type AgentToolName,
} from '../../agents/tool-arguments.js';
import { briefTool } from '../../passes/tools/tool-brief.js';
import type { ModuleTool, ModuleToolContext } from '../../modules/types.js';
import type { ToolAnswer } from '../../passes/tools/tool-caller.js';
import { notifyTool } from '../../passes/tools/tool-notify.js';
import { queryTool } from '../../passes/tools/tool-query.js';
import { readTool } from '../../passes/tools/tool-read.js';
import { searchTool } from '../../passes/tools/tool-search.js';
import { editTool, writeTool } from '../../passes/tools/tool-write.js';
import { type Check, validateTool } from './validate-tool.js';

export type McpContext = ModuleToolContext & { readonly check: Check };

/** Without `need` the table of capabilities says who may call it. */
export type McpTool = Omit<ModuleTool, 'need' | 'run'> & {
  readonly need?: ModuleTool['need'];
  run(context: McpContext, args: unknown): Promise<ToolAnswer> | ToolAnswer;
};

/** For agents whose server was started before their pass began. */
const token = z.string().optional().describe('pass token, if the server has none');

export const MCP_TOOLS: readonly McpTool[] = [
  row('brief', {
    args: TOOL_ARGUMENTS.brief.extend({ token }),
    readOnly: true,
    structured: false,
    run: (context) => briefTool(context),
  }),
  row('read', { args: TOOL_ARGUMENTS.read, readOnly: true, structured: false, run: readTool }),
  row('write', {
    args: TOOL_ARGUMENTS.write.extend({ token }),
    readOnly: false,
    structured: true,
    run: writeTool,
  }),
  row('edit', {
    args: TOOL_ARGUMENTS.edit.extend({ token }),
    readOnly: false,
    structured: true,
    run: editTool,
  }),
  row('query', { args: TOOL_ARGUMENTS.query, readOnly: true, structured: true, run: queryTool }),
  row('search', {
    args: TOOL_ARGUMENTS.search,
    readOnly: true,
    structured: false,
    run: searchTool,
  }),
  row('validate', {
    args: TOOL_ARGUMENTS.validate,
    readOnly: true,
    structured: true,
    run: validateTool,
  }),
  row('notify', {
    args: TOOL_ARGUMENTS.notify.extend({ token }),
    readOnly: false,
    structured: true,
    run: notifyTool,
  }),
];

type Row<S extends z.ZodObject> = {
  readonly args: S;
  readonly readOnly: boolean;
  readonly structured: boolean;
  run(context: McpContext, args: z.infer<S>): Promise<ToolAnswer> | ToolAnswer;
};

function row<S extends z.ZodObject>(
  name: AgentToolName,
  { args, readOnly, structured, run }: Row<S>,
): McpTool {
  return {
    name,
    description: TOOL_DESCRIPTIONS[name],
    args,
    readOnly,
    structured,
    run: (context, given) => run(context, args.parse(given)),
  };
}
