import { useState } from 'preact/hooks'
import { clock } from '../desk.ts'
import type { Command } from './figures.ts'

const TOLD_MS = 2000

/** Commands to be copied. The page itself changes nothing of keys and feeds: whoever may, has a terminal on that machine. */
export function Commands({ commands }: { commands: readonly Command[] }) {
  return (
    <span class="commands">
      {commands.map(one => (
        <Copy key={one.command} {...one} />
      ))}
    </span>
  )
}

function Copy({ does, command }: Command) {
  const [said, setSaid] = useState<string>()
  const copy = async () => {
    // Without TLS there is no clipboard beyond this machine: then the command is shown to be marked by hand.
    const isCopied = await navigator.clipboard?.writeText(command).then(
      () => true,
      () => false,
    )
    setSaid(isCopied ? 'Copied' : command)
    if (isCopied) clock.after(TOLD_MS, () => setSaid(undefined))
  }
  return (
    <button type="button" class="copy" title={command} onClick={() => void copy()}>
      <span>{does}</span> <code>{said ?? command}</code>
    </button>
  )
}
