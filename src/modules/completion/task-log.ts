/** Where the ledger is in the workspace, as REGISTRY.md ships it. */
export const TASK_LOG = 'audit/task-log.jsonl';
