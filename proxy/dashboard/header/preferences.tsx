import { type Signal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { now, sessions } from '../desk.ts'
import { momentOf } from '../ist.ts'
import { pinned, readPins } from '../pins.ts'
import { save } from '../save.ts'
import { allKept, density, palette, takeAll, theme } from '../settings.ts'
import { readSettingsFile, settingsFile } from './transfer.ts'

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly choice: Signal<T>
  readonly options: readonly (readonly [value: T, word: string])[]
}

function Choice<T extends string>({ label, choice, options }: ChoiceProps<T>) {
  return (
    <label class="field">
      <span>{label}</span>
      <select
        value={choice.value}
        onChange={event => {
          choice.value = event.currentTarget.value as T
        }}
      >
        {options.map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
    </label>
  )
}

function PinField({ nth, said }: { readonly nth: number; readonly said: Signal<string> }) {
  return (
    <label class="field">
      <span>{`Pinned ${nth + 1}`}</span>
      <input
        value={pinned.value[nth] ?? ''}
        placeholder="EXCHANGE:SYMBOL"
        spellcheck={false}
        onChange={event => {
          const names = [...pinned.value]
          names[nth] = event.currentTarget.value.trim().toUpperCase()
          const read = readPins(names.filter(name => name !== ''))
          if (read) pinned.value = read
          said.value = read ? '' : 'write it as EXCHANGE:SYMBOL, for example NSE:RELIANCE'
        }}
      />
    </label>
  )
}

/** What somebody chooses for the page, and takes along. */
export function Preferences({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  const said = useSignal('')
  const session = sessions.current.value
  const take = async (input: HTMLInputElement) => {
    const [file] = input.files ?? []
    if (!file) return
    const choices = readSettingsFile(await file.text())
    input.value = ''
    if (typeof choices === 'string') {
      said.value = choices
      return
    }
    const left = takeAll(choices)
    said.value = left.length === 0 ? 'Taken.' : `Taken, but for ${left.join(', ')}: not understood here.`
  }
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="preferences-title">
      <h2 id="preferences-title">Settings</h2>
      <Choice
        label="Theme"
        choice={theme}
        options={[
          ['dark', 'Dark'],
          ['light', 'Light'],
          ['system', 'As the system'],
        ]}
      />
      <Choice
        label="Rise and fall"
        choice={palette}
        options={[
          ['green-red', 'Green and red'],
          ['blue-orange', 'Blue and orange'],
        ]}
      />
      <Choice
        label="Rows"
        choice={density}
        options={[
          ['dense', 'Dense'],
          ['comfortable', 'Comfortable'],
        ]}
      />
      <PinField nth={0} said={said} />
      <PinField nth={1} said={said} />
      <div class="field">
        <span>Lists, columns, theme</span>
        <button
          type="button"
          onClick={() => save('tickwire-settings.json', 'application/json', settingsFile(allKept()))}
        >
          Export
        </button>
        <label class="button">
          Import
          <input
            type="file"
            class="unseen"
            accept="application/json,.json"
            onChange={event => void take(event.currentTarget)}
          />
        </label>
      </div>
      <p class="said" role="status">
        {said.value}
      </p>
      {session && (
        <p class="muted">
          Signed in as {session.userId}
          {session.admin ? ', with the admin scope' : ''}, for this tab, until {momentOf(session.endsAt, now.value)}.
        </p>
      )}
      <form method="dialog" class="row">
        <button type="button" onClick={() => void sessions.signOut()}>
          Sign out
        </button>
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}
