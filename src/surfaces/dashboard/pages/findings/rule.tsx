/** The page of a rule, as `explain` prints it. */
import type { PageContext, PageView } from '../../../../passes/dashboard-page.js';
import { Prose } from '../../../../report/html/prose.js';
import { addressOf } from './group-findings.js';

export async function rule({ params, call }: PageContext): Promise<PageView> {
  const { rule: id = '' } = params;
  const { json } = await call('explain', { args: [id] });
  const { page = '' } = json as { readonly page?: string };
  return {
    title: id,
    body: (
      <>
        <Prose text={page.replace(/^# .*\n/, '')} />
        <p>
          <a href={addressOf({ by: 'rule', only: id, from: 0 })}>What it finds here</a>
        </p>
      </>
    ),
  };
}
