import { useSignal } from '@preact/signals'
import { kept, oneOf } from '../settings.ts'
import { type Conversation, codeOf, LANGUAGES, type Language } from './code.ts'

const language = kept<Language>('playground.language', 'Node', oneOf(...LANGUAGES))

/** The same conversation, to be pasted elsewhere. */
export function Code(conversation: Conversation) {
  const said = useSignal('')
  const text = codeOf(language.value, conversation)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      said.value = 'Copied'
    } catch {
      // Browsers give the clipboard to pages of https and of this machine only.
      said.value = 'This browser does not let the page copy: select the text'
    }
  }
  return (
    <div class="code">
      <div class="row">
        <fieldset aria-label="Language">
          {LANGUAGES.map(one => (
            <button
              key={one}
              type="button"
              aria-pressed={one === language.value}
              onClick={() => {
                language.value = one
                said.value = ''
              }}
            >
              {one}
            </button>
          ))}
        </fieldset>
        <button type="button" onClick={() => void copy()}>
          Copy
        </button>
        <span class="muted" role="status">
          {said.value}
        </span>
      </div>
      <pre>{text}</pre>
    </div>
  )
}
