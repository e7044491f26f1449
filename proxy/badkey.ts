import type { Audit } from '../shared/audit.ts'
import type { Registry, Verdict } from './limits/register.ts'

interface Rooms {
  readonly registry: Registry
  readonly audit: Audit
}

/** Tells the audit of a key that was refused, and of the lock it brought. */
export function noteBadKey(audit: Audit, address: string, { isNew }: Verdict): void {
  const event = { actor: 'stranger', address, result: 'refused' } as const
  audit.record({ ...event, action: 'auth.refused', reason: 'a key that is not good' })
  if (isNew) audit.record({ ...event, action: 'auth.locked', reason: 'too many bad keys from this address' })
}

/** A request came with a bad key, which counts as one of a connection does. */
export const countBadKey = ({ registry, audit }: Rooms, address: string): Promise<Verdict> =>
  new Promise(resolve =>
    registry.ask({ kind: 'fail', address }, verdict => {
      noteBadKey(audit, address, verdict)
      resolve(verdict)
    }),
  )
