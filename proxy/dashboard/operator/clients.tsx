import { useState } from 'preact/hooks'
import { Commands } from './commands.tsx'
import { clientCommands, type OperatorClient } from './figures.ts'

interface ClientsProps {
  readonly clients: readonly OperatorClient[]
  readonly more: number
  readonly now: number
}

type Order = 'waitingBytes' | 'subscriptions' | 'folded' | 'lost' | 'lagMs' | 'since'

const COLUMNS: readonly (readonly [Order, string])[] = [
  ['subscriptions', 'Subscriptions'],
  ['waitingBytes', 'Queue, bytes'],
  ['folded', 'Folded'],
  ['lost', 'Lost'],
  ['lagMs', 'Lag, ms'],
  ['since', 'Here for'],
]

/** Who is connected, those first that need to be looked at. */
export function Clients({ clients, more, now }: ClientsProps) {
  const [order, setOrder] = useState<Order>('waitingBytes')
  const shown = clients.toSorted((one, other) => (other[order] ?? -1) - (one[order] ?? -1))
  return (
    <table>
      <caption>{more > 0 ? `Clients: ${shown.length} shown, ${more} more` : `Clients: ${shown.length}`}</caption>
      <thead>
        <tr>
          <th scope="col">Client</th>
          <th scope="col">Key</th>
          {COLUMNS.map(([name, label]) => (
            <th key={name} scope="col" aria-sort={order === name ? 'descending' : 'none'}>
              <button type="button" onClick={() => setOrder(name)}>
                {label}
              </button>
            </th>
          ))}
          <th scope="col">What can be done, in a terminal</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(one => (
          <tr key={one.id}>
            <th scope="row">
              {one.address} <small>{one.kind === 'events' ? 'SSE' : one.isExtended ? 'extended' : 'classic'}</small>
            </th>
            <td>{one.keyId ?? (one.userId === undefined ? 'not let in yet' : 'local')}</td>
            <td>{one.subscriptions}</td>
            <td>{one.waitingBytes}</td>
            <td>{one.folded}</td>
            <td>{one.lost}</td>
            <td>{one.lagMs === undefined ? '—' : one.lagMs.toFixed(1)}</td>
            <td>{Math.max(0, Math.round((now - one.since) / 1000))} s</td>
            <td>
              <Commands commands={clientCommands(one)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
