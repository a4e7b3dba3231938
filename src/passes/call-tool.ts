/**
 * One call of a tool, the same for every caller: is it allowed, and do the arguments fit.
 */
import { parseArguments } from '../tools/tool-arguments.js';
import type { Tool, ToolAnswer } from '../tools/tool.js';
import { requireCapability, toolContext, type ToolPlace } from './tool-context.js';

/** @throws NocturneError for whatever could not be done; refusals are on record. */
export async function callTool(place: ToolPlace, tool: Tool, sent: unknown): Promise<ToolAnswer> {
  requireCapability(place, tool);
  return tool.run(toolContext(place), parseArguments(tool, sent));
}
