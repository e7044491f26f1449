import { z } from 'zod'
import { isFeedName } from '../market/topic.ts'
import { isBlock } from '../network.ts'
import { limits } from './limits.ts'

const between = (min: number, max: number, error: string) => z.int({ error }).min(min, { error }).max(max, { error })
const whole = (min: number, max: number, unit: string) =>
  between(min, max, `must be a whole number of ${unit} from ${min} to ${max}`)

const ms = (min: number, max: number) => whole(min, max, 'milliseconds')
const bytes = (min: number, max: number) => whole(min, max, 'bytes')
const text = (what: string) => z.string({ error: `must be ${what}` }).min(1, { error: `must be ${what}` })
const host = text('a host name or an IP address').regex(/^[A-Za-z0-9.:_-]+$/, {
  error: 'must be a host name or an IP address',
})
const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` })

/** Each item is checked by itself, so that the problem names it. */
const listOf = (what: string, isOne: (text: string) => boolean, each: string) =>
  z.array(
    z.string({ error: `each must be ${each}` }).refine(isOne, {
      error: ({ input }) => `"${String(input)}" is no ${what}; each must be ${each}`,
    }),
    { error: `must be a list; each must be ${each}` },
  )
const ORIGIN = /^(?:\*|[a-z][a-z0-9+.-]*:\/\/[^/\s?#@]+)$/

const PERCENT = 'must be a number of percent from 0.01 to 100'
const GROUP = 'must be the name or the number of a group'
const PORT_OR_AUTO = 'must be a port from 1 to 65535, or "auto"'
const WORKERS_OR_AUTO = 'must be a whole number of processes from 1 to 64, or "auto"'
const group = z.union(
  [z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,31}$/, { error: GROUP }), between(0, 2 ** 32 - 2, GROUP)],
  {
    error: GROUP,
  },
)

/**
 * Every setting there is: its bounds, its default and the sentence a person reads. The template, the names in the file
 * (snake_case) and the names in the environment (`TICKWIRE_<SECTION>_<KEY>`) are made from it.
 */
export const schema = z.strictObject({
  dataDir: text('a path').default('~/.tickwire').describe('Where keys, registered feeds and instruments are kept.'),
  group: group
    .optional()
    .describe(
      'Group whose processes, under users of their own, share the data and run folders (2770). Without it, one user has all.',
    )
    .meta({ example: 990 }),
  validBrokers: z
    .array(z.string().regex(/^[a-z0-9-]{1,32}$/, { error: 'each broker name must be 1 to 32 of a-z, 0-9 and "-"' }), {
      error: 'must be a list of broker names',
    })
    .optional()
    .describe('Only feeds of these brokers start. Without it, all registered feeds do.')
    .meta({ example: ['my-broker'] }),
  identityFile: text('a path')
    .optional()
    .describe(
      'The 32 bytes this one process proves itself with on the bus, where each process runs by itself as a user of its own. Without it, one file for each below identities/ in the data folder.',
    )
    .meta({ example: '/etc/tickwire/identity.key' }),
  market: oneOf(['calendar', 'always-open'])
    .default('calendar')
    .describe(
      'Whether silence is a fault while the calendar expects ticks, or, for development, "always-open": at all times.',
    ),
  proxy: z.strictObject({
    host: host
      .default('127.0.0.1')
      .describe('Address clients connect to. One beyond loopback (0.0.0.0) takes [proxy.tls] or trusted_forwarders.'),
    port: z
      .union([between(1, 65_535, PORT_OR_AUTO), z.literal('auto')], { error: PORT_OR_AUTO })
      .default(8765)
      .describe('WebSocket and HTTP on one port. "auto" takes a free one.'),
    workers: z
      .union([between(1, 64, WORKERS_OR_AUTO), z.literal('auto')], { error: WORKERS_OR_AUTO })
      .default(1)
      .describe('Processes that share the port and its clients. "auto" takes one for each core.'),
    authDeadlineMs: ms(100, 600_000).default(10_000).describe('A client must have sent its key within this time.'),
    refusalDelayMs: ms(0, 60_000).default(3000).describe('A socket whose key was refused stays open this long.'),
    pingMs: ms(100, 600_000).default(20_000).describe('Time between two pings to a client.'),
    missedPongs: whole(1, 100, 'pings').default(3).describe('A client that missed this many pongs is cut.'),
    maxMessageBytes: bytes(1024, 67_108_864).default(262_144).describe('Longest message of a client with a key.'),
    maxAnonymousBytes: bytes(1024, 67_108_864).default(65_536).describe('Longest message before the key.'),
    maxSymbolsPerMessage: whole(1, 200_000, 'symbols').default(3000).describe('Most symbols in one request.'),
    queueSoftBytes: bytes(1024, 1_073_741_824)
      .default(262_144)
      .describe('A client that reads slower than this many waiting bytes gets only the newest frame per topic.'),
    queueHardBytes: bytes(1024, 1_073_741_824)
      .default(1_048_576)
      .describe('A client with more bytes waiting than this is closed.'),
    queueTotalBytes: bytes(1_048_576, 68_719_476_736)
      .default(268_435_456)
      .describe('When all slow clients together have more bytes waiting than this, the one with the most is closed.'),
    stallMs: ms(100, 600_000).default(10_000).describe('A client that takes nothing for this long is closed.'),
    flushMaxMs: ms(0, 1000)
      .default(10)
      .describe('Writing pauses for a quarter of what the last round over all clients took, but no longer than this.'),
    resumeBytes: bytes(0, 68_719_476_736)
      .default(67_108_864)
      .describe('Ticks kept in memory for clients that come back and resume.'),
    cacheMaxAgeSeconds: whole(0, 86_400, 'seconds')
      .default(0)
      .describe('Last values older than this are forgotten, and nobody who comes is given one. 0: no limit.'),
    cacheMaxBytes: bytes(0, 68_719_476_736)
      .default(0)
      .describe('When all last values are larger than this, the oldest are forgotten. 0: no limit.'),
    drainMs: ms(0, 5000)
      .default(5000)
      .describe('A proxy that ends lets its clients go over this time, so that not all come back at once.'),
    maxAgeMs: ms(100, 600_000).default(1000).describe('Ticks older than this on arrival are dropped and counted.'),
    standby: oneOf(['cold', 'warm'])
      .default('cold')
      .describe('When the next feed of a key is asked: cold, when the first one fails; warm, all the time.'),
    failbackSeconds: whole(1, 86_400, 'seconds')
      .default(30)
      .describe('A feed that failed must have been healthy for so long before clients return to it.'),
    disagreementPercent: z
      .number({ error: PERCENT })
      .min(0.01, { error: PERCENT })
      .max(100, { error: PERCENT })
      .default(0.5)
      .describe('Two live feeds whose prices of one instrument differ by more than this are told.'),
    ...limits,
    origins: listOf('origin', text => ORIGIN.test(text), 'like "https://dash.example" or "*"')
      .default([])
      .describe('Other sites whose pages may connect. Those of the same host always may; "*" lets in all.'),
    trustedForwarders: listOf('address or block', isBlock, 'like "10.0.0.0/8" or "192.0.2.7"')
      .default([])
      .describe('Reverse proxies whose X-Forwarded-For counts. Beyond loopback, who speaks without TLS must be one.'),
    metrics: oneOf(['key', 'open'])
      .default('key')
      .describe(
        'Who reads /metrics: a key with the scope admin, or, with "open", programs on this machine without one, too, ' +
          'unless there are trusted_forwarders.',
      ),
    tls: z.strictObject({
      certFile: text('a path')
        .optional()
        .describe('Certificate with its chain (PEM). With it and its key the port speaks TLS only.')
        .meta({ example: '/etc/tickwire/tls.crt' }),
      keyFile: text('a path')
        .optional()
        .describe('Its private key (PEM), for its owner only (0400 or 0600). Both are read again on SIGHUP.')
        .meta({ example: '/etc/tickwire/tls.key' }),
    }),
  }),
  bus: z.strictObject({
    runDir: text('a path')
      .optional()
      .describe('Folder of the bus sockets, locks and run files; only its owner may enter it (0700).')
      .meta({ example: '~/.tickwire/run' }),
    highWaterMark: whole(1, 10_000_000, 'messages')
      .default(10_000)
      .describe('Messages that may wait for one receiver before newer ones are dropped and counted.'),
    tcp: z.strictObject({
      host: host
        .default('127.0.0.1')
        .describe('Host or port given: the bus is TCP, publishers on port and receivers on port + 1.'),
      port: between(1, 65_534, 'must be a port from 1 to 65534; receivers use the one above it').default(5555),
    }),
    curve: z.strictObject({
      keysDir: text('a path')
        .optional()
        .describe('A TCP bus is encrypted, and open to the keys in this folder only. `tickwire bus keys` makes them.')
        .meta({ example: '~/.config/tickwire/bus' }),
      keyFile: text('a path')
        .optional()
        .describe('The one key of this process, where it is not in that folder under its name.')
        .meta({ example: '/etc/tickwire/bus.key' }),
      serverKey: text('a CURVE key of 40 characters')
        .optional()
        .describe('Public key of the forwarder, where that folder has no public.json.')
        .meta({ example: 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7' }),
    }),
  }),
  vault: z.strictObject({
    keyFile: text('a path')
      .optional()
      .describe(
        'The key that broker credentials are sealed with; outside the data folder, for its owner only (0400). Made with the first account.',
      )
      .meta({ example: '~/.config/tickwire/vault.key' }),
    dir: text('a path')
      .optional()
      .describe('Folder of the sealed credentials, so that the proxy need not be let in; default: the data folder.')
      .meta({ example: '/var/lib/tickwire-vault' }),
    group: group
      .optional()
      .describe('Group that shares that folder: adapters, never the proxy.')
      .meta({ example: 991 }),
  }),
  audit: z.strictObject({
    retentionDays: whole(1, 36_500, 'days')
      .default(400)
      .describe('Audit records older than this are removed; what stays can still be proven.'),
    maxMb: whole(1, 1_000_000, 'MiB')
      .default(512)
      .describe('Where the audit is larger than this, its oldest records are removed.'),
  }),
  log: z.strictObject({
    level: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info').describe('Least level written.'),
    format: oneOf(['json', 'pretty', 'auto'])
      .default('auto')
      .describe('"auto" is pretty on a terminal and JSON lines everywhere else.'),
  }),
})

/** Free-form tables: each adapter checks its own. */
export const feedTables = z.record(
  z.string().refine(isFeedName, { error: 'is no feed name: 1 to 32 of A-Z, 0-9 and "-"' }),
  z.record(z.string(), z.unknown(), { error: 'must be a table of settings' }),
)

/** What the schema gives once every setting has its value. */
export type Parsed = z.infer<typeof schema>
