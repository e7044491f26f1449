import { formatTime } from '../watch/format.ts'
import { type OperatorView, serverEvents } from './figures.ts'

/** What each key has open, the busiest first. */
export function Keys({ keys }: Pick<OperatorView, 'keys'>) {
  return (
    <table>
      <caption>Keys in use: {keys.length}</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Connections</th>
          <th scope="col">Subscriptions</th>
          <th scope="col">Messages</th>
        </tr>
      </thead>
      <tbody>
        {keys
          .toSorted((one, other) => other.connections - one.connections || other.messages - one.messages)
          .map(({ id, connections, subscriptions, messages }) => (
            <tr key={id}>
              <th scope="row">{id}</th>
              <td>{connections}</td>
              <td>{subscriptions}</td>
              <td>{messages}</td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}

/** What happened last in the proxy, the newest first. */
export function Events({ events, now }: Pick<OperatorView, 'events' | 'now'>) {
  const shown = serverEvents(events)
  return (
    <table>
      <caption>Last events: {shown.length}</caption>
      <thead>
        <tr>
          <th scope="col">At, IST</th>
          <th scope="col">Feed or process</th>
          <th scope="col">What happened</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ at, name, text }) => (
          <tr key={`${at} ${name} ${text}`}>
            <td>{formatTime(at, now)}</td>
            <th scope="row">{name}</th>
            <td>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
