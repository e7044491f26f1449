import { z } from 'zod'
import { hasDisplay } from '../../shared/config/display.ts'
import { TickwireError } from '../../shared/errors.ts'
import { Secret } from '../../shared/secret.ts'
import { httpAddress, pageAddress } from '../address.ts'
import { openInBrowser } from '../browser.ts'
import { untilInterrupted } from '../ending.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation } from '../invocation.ts'
import { clientKey, fetchFrom, streamAddress, unreachable } from '../running.ts'

const issued = z.looseObject({ ticket: z.string() })

/** Time to find the window. */
const TICKET_MS = 5 * 60_000

/**
 * `tickwire open`: the page in the browser, signed in for once by a ticket; printed where there is no screen. Throws
 * PROXY_UNREACHABLE, KEY_INVALID.
 */
export async function openPage(
  globals: Globals,
  { print = false, url }: { readonly print?: boolean; readonly url?: string },
): Promise<void> {
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const end = untilInterrupted()
  const stream = url ?? streamAddress(invocation)
  const ticket = await ticketFor(invocation, stream, url !== undefined)
  const page = pageAddress(stream, ticket)
  const shown = httpAddress(stream, '/')
  if (!print && hasDisplay()) {
    terminal.say(`Opening ${shown} …`)
    if (await openInBrowser(page, clock, end.signal)) return
    terminal.say('No browser could be started here.')
  } else if (!print) terminal.say('There is no screen here: open this address where there is one, soon and once.')
  terminal.print(terminal.format === 'json' ? JSON.stringify({ page }) : page)
}

/** Of the data folder; a proxy of another machine gives one for the key of this command, if it answers at all. */
async function ticketFor(invocation: Invocation, stream: string, isFar: boolean): Promise<Secret> {
  const { apiKey } = invocation.config
  if (!isFar && !apiKey) {
    await fetchFrom(invocation, httpAddress(stream, '/api/v1/status'), { isFar })
    return clientKey(invocation, TICKET_MS)
  }
  const at = httpAddress(stream, '/api/v1/tickets')
  const { status, body } = await fetchFrom(invocation, at, { isFar, method: 'POST' })
  if (status === 429)
    throw new TickwireError('PROXY_UNREACHABLE', `${at} gives no more tickets at the moment`, { next: 'wait a minute' })
  const { ticket } = issued.safeParse(read(body)).data ?? {}
  if (ticket === undefined) throw unreachable(at, `it gives no ticket: HTTP ${status}`)
  return new Secret(ticket, 'passing')
}

function read(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
