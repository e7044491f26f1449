/** How the connections of one account have fared of late. Times monotonic, milliseconds. */
export interface Circuit {
  /** Nothing is dialled while it is `open`; then one dial is the `trial` that decides. */
  readonly state: 'closed' | 'open' | 'trial'
  /** When it was opened, and until when it stays so. */
  readonly until: number
  /** How often in a row it was opened, and why the last time. */
  readonly trips: number
  readonly why: string
  /** Dials in a row of which no connection came. */
  readonly failures: number
  /** Of the last minute. */
  readonly dials: readonly number[]
  /** When connections were lost that had just been opened and had said nothing, in the last minute. */
  readonly flaps: readonly number[]
  /** When the connection of the trial was opened. */
  readonly openedAt: number | undefined
}

export const CLOSED: Circuit = {
  state: 'closed',
  until: Number.NEGATIVE_INFINITY,
  trips: 0,
  why: '',
  failures: 0,
  dials: [],
  flaps: [],
  openedAt: undefined,
}

/** A connection that lasts this long is one, also where the market has nothing to say. */
export const STEADY_MS = 5000
const WINDOW_MS = 60_000
/** A broker that is started anew may take a connection and lose it a few times. */
const MOST_FLAPS = 6
/** All sockets of an account fail at once when the broker does: that is one flap. */
const ONE_FLAP_MS = 1000
/** Whatever it is that dials so often, pauses did not stop it. Out of reach of an outage, in which dials are spaced. */
const MOST_DIALS = 60
/** In an outage the sockets of an account take turns: one answer is enough to know that the broker is back. */
const FREE_FAILURES = 4
const SPACING_MS = 2500
const FIRST_REST_MS = 60_000
const LONGEST_REST_MS = 300_000
/** A handshake and its login take less: a trial without an end was called off. */
const TRIAL_MS = 20_000
const LOOK_MS = 500

/** How long nobody may dial yet; 0: now. */
export function restMs(circuit: Circuit, now: number): number {
  const { state, until, failures, dials } = circuit
  const dialledAt = dials.at(-1) ?? Number.NEGATIVE_INFINITY
  if (state === 'open') return Math.max(until - now, 0)
  if (state === 'trial') return now - dialledAt < TRIAL_MS ? LOOK_MS : 0
  return failures < FREE_FAILURES ? 0 : Math.max(dialledAt + SPACING_MS - now, 0)
}

export function dialled(circuit: Circuit, now: number): Circuit {
  const dials = [...recent(circuit.dials, now), now]
  if (circuit.state !== 'closed') return { ...circuit, dials, state: 'trial', openedAt: undefined }
  if (dials.length > MOST_DIALS) return trip({ ...circuit, dials }, now, `${MOST_DIALS} dials within a minute`)
  return { ...circuit, dials }
}

/** The broker took a connection. */
export const opened = (circuit: Circuit, now: number): Circuit => ({
  ...circuit,
  failures: 0,
  ...(circuit.state === 'trial' && { openedAt: now }),
})

/** A connection brought a price: the broker serves the account. */
export const proved = (circuit: Circuit): Circuit => (circuit.state === 'trial' ? CLOSED : circuit)

/** The connection of a trial has lasted. */
export function looked(circuit: Circuit, now: number): Circuit {
  const { state, openedAt = now } = circuit
  return state === 'trial' && now - openedAt >= STEADY_MS ? CLOSED : circuit
}

/** Nothing came of a dial. */
export function failed(circuit: Circuit, now: number): Circuit {
  const failures = circuit.failures + 1
  return circuit.state === 'trial' ? trip({ ...circuit, failures }, now, circuit.why) : { ...circuit, failures }
}

/** A connection was lost as soon as it was open. */
export function flapped(circuit: Circuit, now: number): Circuit {
  if (circuit.state === 'trial') return trip(circuit, now, circuit.why)
  const before = recent(circuit.flaps, now)
  if (now - (before.at(-1) ?? Number.NEGATIVE_INFINITY) < ONE_FLAP_MS) return { ...circuit, flaps: before }
  const flaps = [...before, now]
  const why = `${MOST_FLAPS} connections in a minute were lost within ${STEADY_MS / 1000} s of opening`
  return flaps.length >= MOST_FLAPS && circuit.state === 'closed'
    ? trip({ ...circuit, flaps }, now, why)
    : { ...circuit, flaps }
}

const trip = (circuit: Circuit, now: number, why: string): Circuit => ({
  ...circuit,
  state: 'open',
  until: now + Math.min(FIRST_REST_MS * 2 ** circuit.trips, LONGEST_REST_MS),
  trips: circuit.trips + 1,
  why,
  flaps: [],
  openedAt: undefined,
})

const recent = (times: readonly number[], now: number) => times.filter(at => now - at < WINDOW_MS)
