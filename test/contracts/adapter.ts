import { isSession } from '../../adapters/contract.ts'
import { loadAdapter } from '../../adapters/registry.ts'
import { describeSession, type SessionSample } from './session.ts'
import { describeSource } from './source.ts'

/**
 * What every adapter folder keeps, of whichever kind it is. One with a session is tried with what its broker says:
 * `test/adapters/<name>/sample.ts`.
 */
export async function describeAdapter(name: string): Promise<void> {
  const adapter = await loadAdapter({ kind: 'builtin', adapter: name })
  if (!isSession(adapter)) {
    describeSource(name, async () => adapter)
    return
  }
  const { default: sample }: { default: SessionSample } = await import(`../adapters/${name}/sample.ts`)
  describeSession(adapter, sample)
}
