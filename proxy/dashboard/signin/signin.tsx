import { useSignal } from '@preact/signals'
import { sessions } from '../desk.ts'
import { refusalWords } from './words.ts'
import './signin.css'

/** By a key, which is forgotten at once, or by the command that opens this page. */
export function SignIn() {
  const refused = useSignal('')
  const isAsking = useSignal(false)
  const signIn = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const field = form.elements.namedItem('key') as HTMLInputElement
    const key = field.value.trim()
    field.value = ''
    if (key === '') {
      refused.value = 'Paste a key first'
      field.focus()
      return
    }
    isAsking.value = true
    const error = await sessions.signIn(key)
    isAsking.value = false
    if (!error) return
    refused.value = refusalWords(error)
    field.focus()
  }
  return (
    <main class="signin">
      <h1>Tickwire</h1>
      {sessions.ended.value && (
        <p class="signin-ended" role="status">
          {sessions.ended.value}
        </p>
      )}
      <p>On the machine it runs on, this opens the page signed in:</p>
      <pre>
        <code>tickwire open</code>
      </pre>
      <form onSubmit={event => void signIn(event)}>
        <label for="key">Or paste an API key</label>
        <div class="row">
          <input
            id="key"
            name="key"
            type="password"
            autocomplete="off"
            spellcheck={false}
            aria-describedby="key-said"
            aria-invalid={refused.value !== ''}
          />
          <button type="submit" disabled={isAsking.value}>
            {isAsking.value ? 'Asking…' : 'Sign in'}
          </button>
        </div>
        <p id="key-said" class="signin-said" role="alert">
          {refused.value}
        </p>
      </form>
      <p class="muted">
        The key opens a session of this tab, of 12 hours at most, and is not kept. A key is made by{' '}
        <code>tickwire key create page</code>.
      </p>
    </main>
  )
}
