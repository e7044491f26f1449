import { DEPTHS } from '../depth/ladder.ts'
import type { Mode } from '../protocol.ts'
import { ALL_FEATURES, type Form } from './message.ts'

const MODES: readonly Mode[] = ['LTP', 'Quote', 'Depth']

interface FieldsProps {
  readonly form: Form
  /** Features are said once, when a connection begins. */
  readonly isOpen: boolean
  readonly onChange: (form: Form) => void
}

/** What a subscribe message can say. */
export function Fields({ form, isOpen, onChange }: FieldsProps) {
  const change = (part: Partial<Form>) => onChange({ ...form, ...part })
  return (
    <div class="fields">
      <label class="field wide">
        <span class="label">Symbols</span>
        <input
          name="symbols"
          placeholder="NSE:RELIANCE, NSE:TCS"
          value={form.symbols}
          onInput={event => change({ symbols: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span class="label">Mode</span>
        <select
          name="mode"
          value={form.mode}
          onChange={event => change({ mode: MODES.find(one => one === event.currentTarget.value) ?? 'Quote' })}
        >
          {MODES.map(one => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label class="field">
        <span class="label">Depth</span>
        <select
          name="depth"
          disabled={form.mode !== 'Depth'}
          value={form.depth}
          onChange={event => change({ depth: Number(event.currentTarget.value) })}
        >
          {DEPTHS.map(one => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label class="field">
        <span class="label">Policy</span>
        <select
          name="policy"
          value={form.policy}
          onChange={event => change({ policy: event.currentTarget.value as Form['policy'] })}
        >
          <option value="">(not said)</option>
          <option>every</option>
          <option>latest</option>
        </select>
      </label>
      <label class="field">
        <span class="label">interval_ms</span>
        <input
          name="interval"
          inputMode="numeric"
          placeholder="250"
          value={form.intervalMs}
          onInput={event => change({ intervalMs: event.currentTarget.value })}
        />
      </label>
      <label class="field wide">
        <span class="label">Fields</span>
        <input
          name="fields"
          placeholder="all; or ltp, volume"
          value={form.fields}
          onInput={event => change({ fields: event.currentTarget.value })}
        />
      </label>
      <fieldset class="features" disabled={isOpen}>
        <legend class="label">Features{isOpen && ' (said when connecting)'}</legend>
        {ALL_FEATURES.map(one => (
          <label key={one}>
            <input
              type="checkbox"
              checked={form.features.includes(one)}
              onChange={event =>
                change({
                  features: ALL_FEATURES.filter(other =>
                    other === one ? event.currentTarget.checked : form.features.includes(other),
                  ),
                })
              }
            />
            {one}
          </label>
        ))}
      </fieldset>
    </div>
  )
}
