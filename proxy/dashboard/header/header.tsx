import { useRef } from 'preact/hooks'
import { pinned } from '../pins.ts'
import { Help, useHelpKey } from './help.tsx'
import { MarketPhase } from './phase.tsx'
import { ConnectionPill } from './pillview.tsx'
import { Pin } from './pin.tsx'
import { Preferences } from './preferences.tsx'
import './header.css'

/** What stays in view wherever one looks: two instruments, the market, and how the prices are. */
export function Header() {
  const help = useRef<HTMLDialogElement>(null)
  const preferences = useRef<HTMLDialogElement>(null)
  useHelpKey(help)
  return (
    <header class="header">
      <h1 class="brand">Tickwire</h1>
      <div class="pins">
        {pinned.value.map(name => (
          <Pin key={name} name={name} />
        ))}
      </div>
      <MarketPhase />
      <ConnectionPill />
      <button type="button" class="quiet" title="Keys (?)" onClick={() => help.current?.showModal()}>
        <span aria-hidden="true">?</span>
        <span class="unseen">Keys</span>
      </button>
      <button type="button" class="quiet" title="Settings" onClick={() => preferences.current?.showModal()}>
        <span aria-hidden="true">☰</span>
        <span class="unseen">Settings</span>
      </button>
      <Help dialog={help} />
      <Preferences dialog={preferences} />
    </header>
  )
}
