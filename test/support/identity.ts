import { createHash } from 'node:crypto'
import type { Bus } from '../../bus/bus.ts'
import { type Fault, guard, type Role } from '../../bus/guard.ts'
import { Identity, Signer } from '../../bus/identity.ts'
import type { Clock } from '../../shared/clock.ts'

/** The one that belongs to a name in tests: of a feed, or `proxy`. */
export const identityOf = (name: string): Identity => new Identity(createHash('sha256').update(name).digest())

const signers = new Map<string, Signer>()

function signerOf(name: string): Signer {
  const known = signers.get(name) ?? new Signer(identityOf(name).publicKey)
  signers.set(name, known)
  return known
}

/** As a feed is registered. */
export const publicKeyOf = (name: string): string => identityOf(name).publicKey.toString('base64url')

/** The door of a process that everybody knows: a feed by its name, a proxy as `proxy`. */
export const guarded = (
  bus: Bus,
  clock: Clock,
  { name, role, onDropped = () => {} }: { name: string; role: Role; onDropped?: (name: string, fault: Fault) => void },
): Bus =>
  guard({
    bus,
    identity: identityOf(role === 'proxy' ? 'proxy' : name),
    name,
    signerOf: (of, called) => signerOf(of === 'proxy' ? 'proxy' : called),
    onDropped,
    clock,
  })
