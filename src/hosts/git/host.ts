/** git: its hooks have commits, messages and pushes judged. */
import type { Host } from '../types.js';

export const host: Host = { name: 'git', title: 'git' };
