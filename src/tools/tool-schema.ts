/** The arguments of a tool as JSON Schema, as models are told of them. */
import { z } from 'zod';

export type ToolSchema = { readonly type: 'object'; readonly [key: string]: unknown };

export function toolSchema(args: z.ZodObject, io: 'input' | 'output' = 'input'): ToolSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(args, { io });
  return { ...schema, type: 'object' };
}
