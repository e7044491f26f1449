import './operator.css'
import { usePolled } from '../poll.ts'
import { Cache } from './cache.tsx'
import { Clients } from './clients.tsx'
import { Commands } from './commands.tsx'
import { feedCommands, type OperatorView, ratesOf } from './figures.ts'
import { Events, Keys } from './history.tsx'

const LOOK_MS = 2000

/** What only who runs the system sees: every client, the bus, the cache; beside each, the command that does something about it. */
export function Operator() {
  const { value, before, error } = usePolled<OperatorView>('/api/v1/operator', LOOK_MS)
  if (!value) return <p class="operator-empty">{error ?? 'Asking …'}</p>
  const rates = ratesOf(value, before)
  return (
    <section class="operator" aria-label="Operator">
      {error !== undefined && (
        <p class="operator-error" role="status">
          Not renewed: {error}
        </p>
      )}
      <Figures view={value} rates={rates} />
      <Feeds feeds={value.feeds} />
      <Clients clients={value.clientList} more={value.moreClients} now={value.now} />
      <Keys keys={value.keys} />
      <Events events={value.events} now={value.now} />
      <Cache />
    </section>
  )
}

const FIGURES: readonly (readonly [label: string, group: 'clients' | 'ticks' | 'bus', name: string])[] = [
  ['Ticks taken', 'ticks', 'ticks'],
  ['Ticks of nobody', 'ticks', 'unheld'],
  ['Ticks lost on the bus', 'ticks', 'lost'],
  ['Late or repeated', 'ticks', 'late'],
  ['Lane messages lost', 'bus', 'lostLanes'],
  ['Too old when they came', 'bus', 'stale'],
  ['Malformed on the bus', 'bus', 'malformed'],
  ['Frames sent', 'clients', 'delivered'],
  ['Frames folded', 'clients', 'folded'],
  ['Clients cut off as slow', 'clients', 'slowClosed'],
]

function Figures({ view, rates }: { view: OperatorView; rates: Readonly<Record<string, number>> }) {
  const { proxy, workers, clients } = view
  return (
    <div class="operator-figures">
      <dl>
        <Figure label="Bus" value={proxy.busConnected ? 'connected' : 'not connected'} bad={!proxy.busConnected} />
        <Figure label="Up for" value={duration(view.now - proxy.startedAt)} />
        <Figure
          label="Processes"
          value={workers.map(({ state }) => state).join(', ') || 'one'}
          bad={workers.some(({ state }) => state !== 'running')}
        />
        <Figure label="Topics wanted" value={whole(proxy.topics)} />
        <Figure label="Clients" value={`${whole(clients.authenticated)} of ${whole(clients.clients)} let in`} />
        <Figure label="Subscriptions" value={whole(clients.subscriptions)} />
        <Figure label="Waiting for clients" value={`${whole(clients.waitingBytes)} bytes`} />
      </dl>
      <table>
        <caption>Counters since the start</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Count</th>
            <th scope="col">Per second</th>
          </tr>
        </thead>
        <tbody>
          {FIGURES.map(([label, group, name]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{whole(view[group][name])}</td>
              <td>{rates[`${group}.${name}`]?.toFixed(1) ?? '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const Figure = ({ label, value, bad = false }: { label: string; value: string; bad?: boolean }) => (
  <div class={bad ? 'is-bad' : undefined}>
    <dt>{label}</dt>
    <dd>{value}</dd>
  </div>
)

function Feeds({ feeds }: Pick<OperatorView, 'feeds'>) {
  return (
    <table>
      <caption>Feeds of all users</caption>
      <thead>
        <tr>
          <th scope="col">Feed</th>
          <th scope="col">User</th>
          <th scope="col">State</th>
          <th scope="col">What can be done, in a terminal</th>
        </tr>
      </thead>
      <tbody>
        {feeds.map(feed => (
          <tr key={feed.name}>
            <th scope="row">{feed.name}</th>
            <td>{feed.userId}</td>
            <td class={`state-${feed.state}`}>{feed.reason ? `${feed.state}: ${feed.reason}` : feed.state}</td>
            <td>
              <Commands commands={feedCommands(feed)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const whole = (count: number | undefined): string => (count === undefined ? '—' : count.toLocaleString('en-IN'))

function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`
}
