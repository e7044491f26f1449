import { TickwireError } from '../../shared/errors.ts'

/** What `doctor` says of one thing; `fix` is a command or a step, given for all that is not ok. */
export interface Check {
  readonly check: string
  readonly verdict: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly fix?: string
}

export const ok = (check: string, detail: string): Check => ({ check, verdict: 'ok', detail })
export const warn = (check: string, detail: string, fix: string): Check => ({ check, verdict: 'warn', detail, fix })
export const fail = (check: string, detail: string, fix: string): Check => ({ check, verdict: 'fail', detail, fix })

/** An error of ours is a finding; any other one is a fault of this program and goes on. */
export function finding(check: string, error: unknown): Check {
  if (!(error instanceof TickwireError)) throw error
  return fail(check, `${error.code}: ${error.message}`, error.next ?? 'tickwire status')
}
