import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isSession } from '../../adapters/contract.ts'
import { loadAdapter } from '../../adapters/registry.ts'
import type { SessionSample } from '../contracts/session.ts'
import { ROOT } from '../support/source.ts'
import { adapterTarget } from './adapter.ts'
import { bus } from './bus.ts'
import { client } from './client.ts'
import { configuration } from './configuration.ts'
import { http, key } from './door.ts'
import { calendar, tape } from './file.ts'
import { secrets } from './secret.ts'
import type { Target } from './target.ts'
import { topic } from './topic.ts'

/** Everything but the adapters. A new one is a file with a `Target`, and its name here. */
const OWN: readonly Target[] = [client, topic, bus, configuration, http, key, tape, calendar, secrets]

/** All of them: an adapter is one as soon as its tests say what its broker says (`sample.ts`). */
export async function loadTargets(): Promise<readonly Target[]> {
  const folder = join(ROOT, 'test/adapters')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file =>
    /^[^/]+\/sample\.ts$/.test(file),
  )
  const adapters = names.toSorted().map(async file => {
    const name = file.split('/')[0] ?? ''
    const adapter = await loadAdapter({ kind: 'builtin', adapter: name })
    if (!isSession(adapter)) throw new Error(`the adapter ${name} has no session`)
    const { default: sample }: { default: SessionSample } = await import(join(folder, file))
    return adapterTarget(adapter, sample)
  })
  return [...OWN, ...(await Promise.all(adapters))]
}
