import { useState } from 'preact/hooks'
import { journal, sessions } from '../desk.ts'
import { usePolled } from '../poll.ts'
import { CallError } from '../session.ts'
import { Commands } from './commands.tsx'
import { type CacheFigures, clearCommand } from './figures.ts'

const LOOK_MS = 5000

/** The last value of each topic that somebody wants, and the button that forgets them all. */
export function Cache() {
  const { value, error, again } = usePolled<CacheFigures>('/api/v1/cache/figures', LOOK_MS)
  const [isAsked, setAsked] = useState(false)
  const clear = async () => {
    setAsked(false)
    try {
      await sessions.call('/api/v1/cache', { method: 'DELETE' })
      journal.add({ level: 'warn', what: 'page', text: 'the last values were forgotten; the feeds say them again' })
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      journal.add({ level: 'bad', what: 'page', text: `the last values were not forgotten: ${error.message}` })
    }
    again()
  }
  return (
    <div class="operator-cache">
      <h3>Last values</h3>
      {error !== undefined && <p role="status">Not renewed: {error}</p>}
      <dl>
        {Object.entries(value ?? {}).map(([name, figure]) => (
          <div key={name}>
            <dt>{words(name)}</dt>
            <dd>{typeof figure === 'number' ? figure.toLocaleString('en-IN') : JSON.stringify(figure)}</dd>
          </div>
        ))}
      </dl>
      {isAsked ? (
        <p>
          Forget all last values? Clients see each again as soon as its feed has repeated it.{' '}
          <button type="button" onClick={() => void clear()}>
            Forget them
          </button>{' '}
          <button type="button" onClick={() => setAsked(false)}>
            Keep them
          </button>
        </p>
      ) : (
        <button type="button" onClick={() => setAsked(true)}>
          Forget all last values
        </button>
      )}
      <Commands commands={[{ does: 'The same in a terminal', command: clearCommand(document.baseURI) }]} />
    </div>
  )
}

/** `oldestAgeMs` as `oldest age ms`. */
const words = (name: string): string => name.replaceAll(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
