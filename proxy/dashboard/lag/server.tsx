import { useEffect } from 'preact/hooks'
import { latencyFacts } from '../desk.ts'
import { MISSING } from '../watch/format.ts'
import { lagWords } from './hops.ts'

const PACE_MS = 5000

const HOP_WORDS: Readonly<Record<string, string>> = {
  exchange_adapter: 'exchange → adapter',
  adapter_bus: 'adapter → bus',
  bus_proxy: 'bus → proxy',
  proxy_kernel: 'proxy → network',
}

const words = (ms: number | undefined): string => (ms === undefined ? MISSING : lagWords(ms))

/** The same way as the server measured it, for all its clients. */
export function ServerLag() {
  useEffect(() => latencyFacts.watch(PACE_MS), [])
  const hops = latencyFacts.value.value?.hops
  if (!hops) return null
  return (
    <table class="figures">
      <caption>As the server measured it, last minute, all its clients</caption>
      <thead>
        <tr>
          <th scope="col">Hop</th>
          <th scope="col" class="number">
            p50
          </th>
          <th scope="col" class="number">
            p95
          </th>
          <th scope="col" class="number">
            p99
          </th>
        </tr>
      </thead>
      <tbody>
        {hops.map(({ hop, p50Ms, p95Ms, p99Ms }) => (
          <tr key={hop}>
            <th scope="row">{HOP_WORDS[hop] ?? hop}</th>
            <td class="number">{words(p50Ms)}</td>
            <td class="number">{words(p95Ms)}</td>
            <td class="number">{words(p99Ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
