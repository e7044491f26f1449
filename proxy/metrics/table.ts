import { FEED_STATES } from '../../shared/control.ts'
import type { FeedView } from '../feeds.ts'
import type { Whole } from '../whole.ts'
import { addCounts, type Counts } from './counts.ts'

/** What there is to tell at one moment. */
export interface Facts {
  readonly whole: Whole
  readonly feeds: readonly FeedView[]
  /** Milliseconds since 1970. */
  readonly now: number
  /** Of the port, if it speaks TLS; milliseconds since 1970. */
  readonly certificateEndsAt?: number | undefined
}

/** There are no others: neither symbols, nor keys, nor users. */
export const LABELS = ['broker', 'exchange', 'mode', 'state', 'reason', 'hop'] as const

export type Label = (typeof LABELS)[number]

export type Labels = Readonly<Partial<Record<Label, string>>>

interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** One number, or one for each value of its labels. */
export interface Row {
  readonly name: string
  readonly kind: 'counter' | 'gauge'
  readonly help: string
  readonly labels: readonly Label[]
  readonly read: (facts: Facts) => readonly Sample[]
}

type Read = (facts: Facts) => number | undefined

const one = (value: number | undefined): Sample[] => (value === undefined ? [] : [{ labels: {}, value }])
const row = (kind: Row['kind']) => (name: string, help: string, read: Read) =>
  ({ name, kind, help, labels: [], read: facts => one(read(facts)) }) satisfies Row
const gauge = row('gauge')
const counter = row('counter')

const client =
  (name: string) =>
  ({ whole }: Facts) =>
    whole.clients[name]
const tick =
  (name: string) =>
  ({ whole }: Facts) =>
    whole.ticks[name]
const bus =
  (name: string) =>
  ({ whole }: Facts) =>
    whole.bus[name]
const usage =
  (name: string, unit: number) =>
  ({ whole }: Facts) => {
    const used = whole.usage?.[name]
    return used === undefined ? undefined : used / unit
  }

/** One number of each broker, of what its feeds tell; a broker none of whose feeds does has none. */
function perBroker(
  name: string,
  help: string,
  of: (feed: FeedView, facts: Facts) => number | undefined,
  together: (...values: number[]) => number,
): Row {
  const read = (facts: Facts) => {
    const told = new Map<string, number[]>()
    for (const feed of facts.feeds) {
      const value = of(feed, facts)
      if (value !== undefined) told.set(feed.broker, [...(told.get(feed.broker) ?? []), value])
    }
    return [...told].map(([broker, values]) => ({ labels: { broker }, value: together(...values) }))
  }
  return { name, kind: 'gauge', help, labels: ['broker'], read }
}

const sum = (...values: number[]): number => values.reduce((all, value) => all + value, 0)

/** What the feeds of each broker have counted under these names, by `label` where it has one. */
function ofFeeds(name: string, help: string, names: readonly string[], label?: Label): Row {
  const read = ({ whole }: Facts) =>
    Object.entries(whole.feeds ?? {}).flatMap(([broker, { counts }]) =>
      names
        .filter(count => counts[count] !== undefined)
        .map(count => ({
          labels: { broker, ...(label && { [label]: count.replace('entered ', '') }) },
          value: counts[count] ?? 0,
        })),
    )
  return { name, kind: 'counter', help, labels: ['broker', ...(label ? [label] : [])], read }
}

const each = (label: Label, counts: Counts): Sample[] =>
  Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }))

const states: Row = {
  name: 'feed_state',
  kind: 'gauge',
  help: 'How many accounts of a broker are in this state now.',
  labels: ['broker', 'state'],
  read: ({ feeds }) =>
    [...new Set(feeds.map(({ broker }) => broker))].flatMap(broker =>
      FEED_STATES.map(state => ({
        labels: { broker, state },
        value: feeds.filter(feed => feed.broker === broker && feed.state === state).length,
      })),
    ),
}

const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000)

const FEEDS: readonly Row[] = [
  ofFeeds('feed_ticks_published_total', 'Ticks that feeds have taken, for whoever wants them; accounts are summed.', [
    'ticks',
  ]),
  ofFeeds(
    'feed_ticks_dropped_total',
    'Ticks that feeds did not publish: older than the last, out of bounds, of no listed instrument; accounts are summed.',
    ['late', 'invalid', 'unknown'],
    'reason',
  ),
  ofFeeds(
    'feed_state_changes_total',
    'How often accounts of a broker came into this state.',
    FEED_STATES.map(state => `entered ${state}`),
    'state',
  ),
  states,
  perBroker(
    'feed_last_tick_age_seconds',
    'Time since the newest tick; of several accounts, the longest.',
    ({ lastTickAt }, { now }) => (lastTickAt === undefined ? undefined : Math.max(0, now - lastTickAt) / 1000),
    Math.max,
  ),
  perBroker(
    'feed_token_expires_timestamp_seconds',
    'When the session with the broker ends, seconds since 1970; of several accounts, the first.',
    ({ status }) => seconds(status?.tokenExpiresAt),
    Math.min,
  ),
  perBroker(
    'feed_instruments_wanted',
    'Instruments that are wanted of a broker; accounts are summed.',
    ({ status }) => status?.wanted,
    sum,
  ),
  perBroker(
    'feed_instruments_confirmed',
    'Wanted instruments that have a value; accounts are summed.',
    ({ status }) => status?.confirmed,
    sum,
  ),
  perBroker(
    'feed_subscriptions',
    'Places that are taken of those the broker allows; accounts are summed.',
    ({ status }) => status?.limits?.instruments?.used,
    sum,
  ),
  perBroker(
    'feed_subscription_limit',
    'Places that the broker allows; accounts are summed.',
    ({ status }) => status?.limits?.instruments?.limit,
    sum,
  ),
  perBroker(
    'feed_connections',
    'Open connections to the broker; accounts are summed.',
    ({ status }) => status?.connections?.open,
    sum,
  ),
]

const BUS: readonly Row[] = [
  counter('bus_sequence_gaps_total', 'Holes in the numbers of the messages of feeds.', bus('gaps')),
  counter('bus_messages_lost_total', 'Messages of feeds that are missing in these holes.', bus('lostLanes')),
  counter('bus_messages_received_total', 'Messages taken from the bus.', bus('received')),
  counter('bus_messages_malformed_total', 'Messages that could not be read.', bus('malformed')),
  counter('bus_messages_refused_total', 'Messages that did not prove whose they are.', bus('strangers')),
  gauge('bus_connected', 'Whether all processes of the proxy are connected to the bus.', ({ whole }) =>
    Number(whole.busConnected),
  ),
]

const PROXY: readonly Row[] = [
  gauge('proxy_ready', 'Whether nothing is missing for it to serve clients.', ({ whole }) =>
    Number(whole.missing === undefined),
  ),
  gauge('proxy_start_time_seconds', 'When it started, seconds since 1970.', ({ whole }) => seconds(whole.startedAt)),
  {
    name: 'proxy_workers',
    kind: 'gauge',
    help: 'Processes of the proxy by how they are.',
    labels: ['state'],
    read: ({ whole: { workers } }) =>
      each('state', addCounts([{ running: 0 }, ...workers.map(({ state }) => ({ [state]: 1 }))])),
  },
  gauge('proxy_certificate_expires_timestamp_seconds', 'When the certificate of the port ends.', facts =>
    seconds(facts.certificateEndsAt),
  ),
  gauge('proxy_clients', 'Open connections of clients.', client('clients')),
  gauge('proxy_clients_authenticated', 'Of these, those with a key.', client('authenticated')),
  gauge('proxy_subscriptions', 'Instruments times modes that clients hold.', client('subscriptions')),
  gauge('proxy_topics', 'Topics that are wanted of feeds; processes are summed.', ({ whole }) => whole.topics),
  counter('proxy_ticks_total', 'Ticks taken from the bus for somebody; processes are summed.', tick('ticks')),
  {
    name: 'proxy_ticks_dropped_total',
    kind: 'counter',
    help: 'Ticks that were not passed on: repeated or overtaken, too old when they came, of no topic that is held.',
    labels: ['reason'],
    read: ({ whole: { ticks, bus } }) =>
      each('reason', { late: ticks.late ?? 0, stale: bus.stale ?? 0, unheld: ticks.unheld ?? 0 }),
  },
  counter('proxy_ticks_lost_total', 'Ticks that are known to be missing, by the numbers of topics.', tick('lost')),
  counter('proxy_frames_sent_total', 'Frames handed to the kernel.', client('delivered')),
  counter(
    'proxy_frames_conflated_total',
    'Frames replaced by a newer one of their topic before they were sent: clients read slowly, or asked for it.',
    client('folded'),
  ),
  counter('proxy_frames_abandoned_total', 'Frames that waited when their client went.', client('abandoned')),
  gauge('proxy_outbox_bytes', 'Bytes that wait for clients.', client('waitingBytes')),
  counter('proxy_slow_closes_total', 'Clients cut off because they did not keep up.', client('slowClosed')),
  {
    name: 'proxy_refusals_total',
    kind: 'counter',
    help: 'Who was turned away, by the limit that was reached, or bad_key.',
    labels: ['reason'],
    read: ({ whole }) => each('reason', { bad_key: 0, ...whole.refusals }),
  },
  counter('process_cpu_seconds_total', 'Processor time; workers are summed.', usage('cpuMicros', 1e6)),
  gauge('process_resident_memory_bytes', 'Memory; workers are summed.', usage('residentBytes', 1)),
  gauge('process_heap_bytes', 'Heap in use; workers are summed.', usage('heapBytes', 1)),
]

/** All that is told besides histograms, in groups: in front of the bus, on it, behind it. */
export const ROWS: readonly Row[] = [...FEEDS, ...BUS, ...PROXY]
