/** Every tool of the core, in the order of a listing. Modules bring others of the same kind. */
import { briefTool } from './brief.js';
import { editTool } from './edit.js';
import { impactTool } from './impact.js';
import { notifyTool } from './notify.js';
import { queryTool } from './query.js';
import { readTool } from './read.js';
import { runTool } from './run.js';
import { searchTool } from './search.js';
import type { Tool, ToolDoor } from './tool.js';
import { validateTool } from './validate.js';
import { writeTool } from './write.js';

const TOOLS: readonly Tool[] = [
  briefTool,
  readTool,
  writeTool,
  editTool,
  queryTool,
  searchTool,
  impactTool,
  validateTool,
  notifyTool,
  runTool,
];

export function toolsOf(door: ToolDoor): readonly Tool[] {
  return TOOLS.filter((tool) => tool.doors.includes(door));
}
