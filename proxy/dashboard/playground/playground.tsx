import { signal } from '@preact/signals'
import { clock, onLeave, selected, sessions } from '../desk.ts'
import { streamAddress } from '../stream.ts'
import { Code } from './codepanel.tsx'
import { Fields } from './fields.tsx'
import { Line } from './line.ts'
import { build, EMPTY, type Form, problemOf } from './message.ts'
import { Wire } from './wire.tsx'
import './playground.css'

/** It stays open while another panel is looked at. */
const line = new Line(clock, sessions, streamAddress())
onLeave(() => {
  line.close('')
  line.frames.clear()
})
const form = signal<Form>(EMPTY)
const raw = signal('')

/** Messages to try, what goes both ways, and the same as code. */
export function Playground() {
  const state = line.state.value
  const isOpen = state.phase === 'open'
  const filled = form.value.symbols === '' ? { ...form.value, symbols: selected.value ?? '' } : form.value
  const built = build('subscribe', filled)
  const rawProblem = raw.value === '' ? undefined : problemOf(raw.value)

  const send = (message: object | undefined) => {
    if (message) line.send(JSON.stringify(message))
  }
  return (
    <section class="playground" aria-label="Playground">
      <div class="left">
        <div class="builder">
          <div class="row">
            {isOpen ? (
              <button type="button" onClick={() => line.close('closed here')}>
                Disconnect
              </button>
            ) : (
              <button
                type="button"
                disabled={state.phase === 'connecting'}
                onClick={() => void line.open(form.value.features)}
              >
                Connect
              </button>
            )}
            <span class="muted" role="status">
              {state.phase === 'closed' &&
                (state.why || 'A connection of its own: the prices of the page stay as they are.')}
              {state.phase === 'connecting' && 'Connecting…'}
              {isOpen &&
                ['Open', state.connections, `features: ${state.features.join(', ') || 'none'}`]
                  .filter(Boolean)
                  .join(' · ')}
            </span>
          </div>
          <Fields
            form={filled}
            isOpen={isOpen}
            onChange={next => {
              form.value = next
            }}
          />
          {built.message ? (
            <pre class="message">{JSON.stringify(built.message)}</pre>
          ) : (
            <p class="word" data-level="warn">
              <span class="word">{built.problem}</span>
            </p>
          )}
          <div class="row">
            <button type="button" disabled={!isOpen || !built.message} onClick={() => send(built.message)}>
              Subscribe
            </button>
            <button
              type="button"
              disabled={!isOpen || !built.message}
              onClick={() => send(build('unsubscribe', filled).message)}
            >
              Unsubscribe
            </button>
            <button
              type="button"
              disabled={!built.message}
              onClick={() => {
                raw.value = JSON.stringify(built.message, undefined, 2)
              }}
            >
              Edit as text
            </button>
          </div>
          <label class="raw">
            <span class="label">Any message</span>
            <textarea
              rows={raw.value.includes('\n') ? 8 : 2}
              spellcheck={false}
              placeholder='{"action":"ping"}'
              value={raw.value}
              aria-invalid={rawProblem !== undefined}
              onInput={event => {
                raw.value = event.currentTarget.value
              }}
            />
          </label>
          <div class="row">
            <button
              type="button"
              disabled={!isOpen || raw.value === '' || rawProblem !== undefined}
              onClick={() => line.send(raw.value)}
            >
              Send
            </button>
            <span class="word" data-level="bad" role="status">
              {rawProblem}
            </span>
          </div>
        </div>
        {built.message && <Code address={streamAddress()} features={form.value.features} message={built.message} />}
      </div>
      <Wire frames={line.frames} />
    </section>
  )
}
