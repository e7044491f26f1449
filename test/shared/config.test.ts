import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { childEnvironment, loadConfig } from '../../shared/config.ts'
import { temporaryPath } from '../support/datafolder.ts'
import { failure } from '../support/failure.ts'

/** A data folder whose configuration file holds `toml`. */
function folderWith(toml: string): string {
  const dataDir = temporaryPath()
  writeFileSync(join(dataDir, 'tickwire.toml'), toml)
  return dataDir
}

const problemsOf = (toml: string, env: Record<string, string> = {}): string[] => {
  const error = failure(() => loadConfig({ dataDir: folderWith(toml) }, env))
  expect(error.code).toBe('CONFIG_INVALID')
  return error.message.split('\n')
}

test('without file and environment, every setting has its default', () => {
  const dataDir = temporaryPath()
  const config = loadConfig({ dataDir }, {})
  expect(config).toEqual({
    dataDir,
    configFile: join(dataDir, 'tickwire.toml'),
    proxy: {
      host: '127.0.0.1',
      port: 8765,
      workers: 1,
      authDeadlineMs: 10_000,
      refusalDelayMs: 3000,
      pingMs: 20_000,
      missedPongs: 3,
      maxMessageBytes: 262_144,
      maxAnonymousBytes: 65_536,
      maxSymbolsPerMessage: 3000,
      queueSoftBytes: 262_144,
      queueHardBytes: 1_048_576,
      queueTotalBytes: 268_435_456,
      stallMs: 10_000,
      flushMaxMs: 10,
      resumeBytes: 67_108_864,
      maxAgeMs: 1000,
      cacheMaxAgeSeconds: 0,
      cacheMaxBytes: 0,
      drainMs: 5000,
      standby: 'cold',
      failbackSeconds: 30,
      disagreementPercent: 0.5,
      connectionsPerKey: 5,
      connectionsPerUser: 10,
      connectionsPerAddress: 100,
      connectsPerAddressPerSecond: 10,
      connectsPerAddressBurst: 30,
      handshakesPerSecond: 500,
      maxUnauthenticated: 1000,
      unauthenticatedPerAddress: 100,
      messagesPerSecond: 10,
      messagesBurst: 50,
      requestsPerSecond: 20,
      requestsBurst: 60,
      symbolsPerConnection: 3000,
      symbolsPerKey: 5000,
      badKeysPerMinute: 5,
      lockSeconds: 60,
      lockMaxSeconds: 900,
      badKeysPerSecond: 100,
      origins: [],
      trustedForwarders: [],
      tls: {},
    },
    bus: { runDir: join(dataDir, 'run'), tcp: undefined, highWaterMark: 10_000 },
    vault: { keyFile: join(homedir(), '.config/tickwire/vault.key'), handedOver: undefined },
    audit: { retentionDays: 400, maxMb: 512 },
    log: { level: 'info', format: 'auto' },
    validBrokers: undefined,
    market: 'calendar',
    feeds: {},
    apiKey: undefined,
    brokerCredentials: {},
    warnings: [],
  })
})

test('the data folder is .tickwire of the home folder unless said otherwise', () => {
  const missing = join(temporaryPath(), 'none.toml')
  const from = (env: Record<string, string>) => loadConfig({ configFile: missing, fileMayMiss: true }, env).dataDir
  expect(from({})).toBe(join(homedir(), '.tickwire'))
  expect(from({ TICKWIRE_DATA_DIR: '/srv/ticks' })).toBe('/srv/ticks')
  expect(from({ TICKWIRE_DATA_DIR: '~/ticks' })).toBe(join(homedir(), 'ticks'))
})

test('the key of the vault is beside other configuration of the user, or where somebody says', () => {
  const vault = (env: Record<string, string>, toml = '') => loadConfig({ dataDir: folderWith(toml) }, env).vault
  expect(vault({ XDG_CONFIG_HOME: '/etc/me' }).keyFile).toBe('/etc/me/tickwire/vault.key')
  expect(vault({ XDG_CONFIG_HOME: 'relative' })).toEqual(vault({}))
  expect(vault({}, '[vault]\nkey_file = "~/my.key"').keyFile).toBe(join(homedir(), 'my.key'))
  const said = { TICKWIRE_VAULT_KEY_FILE: '/run/secrets/key', XDG_CONFIG_HOME: '/etc/me' }
  expect(vault(said, '[vault]\nkey_file = "~/my.key"').keyFile).toBe('/run/secrets/key')
  expect(vault({ CREDENTIALS_DIRECTORY: '/run/credentials/t' }).accountKey).toBe('/run/credentials/t/account-key')
  expect(vault({ CREDENTIALS_DIRECTORY: '/run/credentials/t' }).handedOver).toBe(
    '/run/credentials/t/tickwire-vault-key',
  )
})

test('the file sets what it names and leaves the rest', () => {
  const dataDir = folderWith(`
    valid_brokers = ["alpha", "beta"]
    [proxy]
    port = "auto"
    auth_deadline_ms = 2000
    [feeds.ALPHA-2]
    rate = 100
    nested = { deep = true }
  `)
  const config = loadConfig({ dataDir }, {})
  expect(config.proxy).toMatchObject({ port: 'auto', authDeadlineMs: 2000, host: '127.0.0.1' })
  expect(config.validBrokers).toEqual(['alpha', 'beta'])
  expect(config.feeds).toEqual({ 'ALPHA-2': { rate: 100, nested: { deep: true } } })
})

test('the environment wins over the file, the own name over the OpenAlgo name, the command line over all', () => {
  const dataDir = folderWith('[proxy]\nport = 7001')
  const port = (env: Record<string, string>, option?: number) => loadConfig({ dataDir, port: option }, env).proxy.port
  const openalgo = { WEBSOCKET_PORT: '7002' }
  const both = { ...openalgo, TICKWIRE_PROXY_PORT: '7003' }
  expect([port({}), port(openalgo), port(both), port(both, 7004)]).toEqual([7001, 7002, 7003, 7004])
})

test('two names of one setting that say different things are told, with the one that is used', () => {
  const dataDir = folderWith('[proxy]\nport = 7001')
  const warnings = (env: Record<string, string>, option?: number) => loadConfig({ dataDir, port: option }, env).warnings
  const ports = { TICKWIRE_PROXY_PORT: '7003', WEBSOCKET_PORT: '7002' }
  expect(warnings(ports)).toEqual([
    'proxy.port: TICKWIRE_PROXY_PORT (7003) is used, and WEBSOCKET_PORT (7002) is not; unset one of them',
  ])
  const brokers = { TICKWIRE_VALID_BROKERS: 'alpha', VALID_BROKERS: 'beta' }
  expect(warnings({ ...brokers, TICKWIRE_BUS_TCP_PORT: '6000', ZMQ_PORT: '6001' })).toHaveLength(2)
  expect(warnings({ TICKWIRE_PROXY_PORT: '7003', WEBSOCKET_PORT: ' 7003' })).toEqual([])
  expect(warnings({ TICKWIRE_VALID_BROKERS: 'a,b', VALID_BROKERS: 'A, b' })).toEqual([])
  expect(warnings({ WEBSOCKET_PORT: '7002' })).toEqual([])
  expect(warnings(ports, 7004)).toEqual([])
})

test('every setting has a variable named after its section and key', () => {
  const { proxy, bus, log } = loadConfig(
    { dataDir: temporaryPath() },
    {
      TICKWIRE_PROXY_AUTH_DEADLINE_MS: '500',
      TICKWIRE_PROXY_PORT: 'auto',
      TICKWIRE_BUS_RUN_DIR: '/run/ticks',
      TICKWIRE_BUS_TCP_PORT: '6000',
      TICKWIRE_LOG_LEVEL: 'debug',
    },
  )
  expect(proxy).toMatchObject({ authDeadlineMs: 500, port: 'auto' })
  expect(bus).toMatchObject({ runDir: '/run/ticks', tcp: { host: '127.0.0.1', port: 6000 } })
  expect(log.level).toBe('debug')
})

test('the names OpenAlgo users have are understood', () => {
  const config = loadConfig(
    { dataDir: temporaryPath() },
    {
      WEBSOCKET_HOST: '0.0.0.0',
      WEBSOCKET_PORT: '9000',
      ZMQ_PORT: '5600',
      VALID_BROKERS: 'Alpha, beta,,',
      BROKER_API_KEY: 'public part',
      BROKER_API_SECRET: 'secret part',
    },
  )
  expect(config.proxy).toMatchObject({ host: '0.0.0.0', port: 9000 })
  expect(config.bus.tcp).toEqual({ host: '127.0.0.1', port: 5600 })
  expect(config.validBrokers).toEqual(['alpha', 'beta'])
  expect(config.brokerCredentials.apiSecret?.reveal()).toBe('secret part')
  expect(JSON.stringify(config)).not.toContain('part')
})

test('either of ZMQ_HOST and ZMQ_PORT makes the bus a TCP bus', () => {
  const tcp = (env: Record<string, string>) => loadConfig({ dataDir: temporaryPath() }, env).bus.tcp
  expect(tcp({ ZMQ_HOST: '127.0.0.2' })).toEqual({ host: '127.0.0.2', port: 5555 })
  expect(tcp({ ZMQ_PORT: '5601' })).toEqual({ host: '127.0.0.1', port: 5601 })
  expect(tcp({})).toBeUndefined()
})

test('an empty variable counts as unset', () => {
  const env = { WEBSOCKET_PORT: '', TICKWIRE_LOG_LEVEL: ' ', TICKWIRE_API_KEY: '', TICKWIRE_NONSENSE: '', ZMQ_HOST: '' }
  const config = loadConfig({ dataDir: temporaryPath() }, env)
  expect(config).toMatchObject({ proxy: { port: 8765 }, log: { level: 'info' }, bus: { tcp: undefined } })
  expect(config.apiKey).toBeUndefined()
})

test('relative paths count from the file that says them', () => {
  const dataDir = folderWith('[bus]\nrun_dir = "sockets"')
  expect(loadConfig({ dataDir }, {}).bus.runDir).toBe(join(dataDir, 'sockets'))
})

test('all problems come at once, each with its path, its origin and what it has to be', () => {
  const problems = problemsOf('[proxy]\nport = 99999\nping_ms = "soon"\nprot = 1', {
    TICKWIRE_LOG_LEVEL: 'loud',
    ZMQ_PORT: 'x',
    TICKWIRE_PROXY_HOTS: '127.0.0.1',
    VALID_BROKERS: 'a b',
  })
  expect(problems.map(line => line.replace(/\(\/\S+tickwire\.toml\)/, '(FILE)'))).toEqual([
    'proxy.prot (FILE): no such setting; did you mean proxy.port?',
    'TICKWIRE_PROXY_HOTS (environment): no such setting; did you mean TICKWIRE_PROXY_HOST?',
    'valid_brokers (VALID_BROKERS): each broker name must be 1 to 32 of a-z, 0-9 and "-", not ["a b"]',
    'proxy.port (FILE): must be a port from 1 to 65535, or "auto", not 99999',
    'proxy.ping_ms (FILE): must be a whole number of milliseconds from 100 to 600000, not "soon"',
    'bus.tcp.port (ZMQ_PORT): must be a port from 1 to 65534; receivers use the one above it, not "x"',
    'log.level (TICKWIRE_LOG_LEVEL): must be one of fatal, error, warn, info, debug, trace, not "loud"',
  ])
})

test('an unknown setting is refused by name, and its value, which may be a secret, is not shown', () => {
  const [problem] = problemsOf('api_key = "hush"\n')
  expect(problem).toMatch(/^api_key \(.*\): no such setting/)
  expect(problem).not.toContain('hush')
  expect(problemsOf('', { TICKWIRE_API_KYE: 'hush' })).toEqual([
    'TICKWIRE_API_KYE (environment): no such setting; did you mean TICKWIRE_API_KEY?',
  ])
})

test('a name that could pass for another line, or fill the screen, is shown as one short line', () => {
  expect(problemsOf('"a\\nb" = 1\n').map(line => line.slice(0, 6))).toEqual(['"a\\nb"'])
  expect(problemsOf('feeds."\\u001b[2J".x = 1\n').map(line => line.slice(0, 17))).toEqual(['feeds."\\u001b[2J"'])
  expect(problemsOf(`${'x'.repeat(5000)} = 1\n`)[0]?.length).toBeLessThan(300)
})

test('the number of workers is one, a number of processes, or one for each core', () => {
  const workers = (toml: string, option?: number | 'auto') =>
    loadConfig({ dataDir: folderWith(toml), workers: option }, {}).proxy.workers
  expect([workers(''), workers('[proxy]\nworkers = 3'), workers('[proxy]\nworkers = 3', 'auto')]).toEqual([
    1,
    3,
    'auto',
  ])
  expect(problemsOf('[proxy]\nworkers = 0')[0]).toContain('must be a whole number of processes from 1 to 64, or "auto"')
})

test('settings that contradict each other are refused', () => {
  expect(problemsOf('[proxy]\nqueue_soft_bytes = 4096\nqueue_hard_bytes = 2048')).toEqual([
    'proxy.queue_soft_bytes: must not be above proxy.queue_hard_bytes',
  ])
  expect(problemsOf('[proxy]\nmax_message_bytes = 2048')).toEqual([
    'proxy.max_anonymous_bytes: must not be above proxy.max_message_bytes',
  ])
})

test('a section that is a value, and a feed section with a name no feed can have, are refused', () => {
  expect(problemsOf('proxy = 3')[0]).toMatch(/^proxy \(.*\): is a section, written \[proxy\]$/)
  expect(problemsOf('[feeds.alpha]\nrate = 1')[0]).toMatch(/^feeds\.alpha \(.*\): is no feed name/)
  expect(problemsOf('[feeds]\nALPHA = 1')[0]).toMatch(/^feeds\.ALPHA \(.*\): must be a table of settings$/)
})

test('bad TOML is told with file, line and column, and without its text', () => {
  const [problem] = problemsOf('[proxy]\nport = = "hush"\n')
  expect(problem).toMatch(/tickwire\.toml:2:8: not valid TOML: /)
  expect(problem).not.toContain('hush')
})

test('a file asked for by name has to be there, except for the command that writes it', () => {
  const configFile = join(temporaryPath(), 'missing.toml')
  const error = failure(() => loadConfig({ configFile }, {}))
  expect(error.message).toContain(configFile)
  expect(error.next).toContain('tickwire init')
  expect(failure(() => loadConfig({}, { TICKWIRE_CONFIG: configFile })).code).toBe('CONFIG_INVALID')
  expect(loadConfig({ configFile, fileMayMiss: true }, {}).configFile).toBe(configFile)
})

test('a configuration that cannot be read is an error, not an absent one', () => {
  const dataDir = temporaryPath()
  mkdirSync(join(dataDir, 'tickwire.toml'))
  expect(failure(() => loadConfig({ dataDir }, {})).message).toMatch(/cannot be read \(EISDIR\)/)
})

test('child processes get the environment without the secrets, and only those of accounts the way to the vault', () => {
  const way = { TICKWIRE_VAULT_KEY_FILE: '/k', CREDENTIALS_DIRECTORY: '/run/credentials/t' }
  const secrets = { BROKER_API_KEY: 'a', BROKER_API_SECRET: 'b', TICKWIRE_API_KEY: 'c' }
  const env = { PATH: '/bin', ZMQ_PORT: '1', BROKER_USER: 'd', ...way, ...secrets }
  expect(childEnvironment({ opensAccounts: false }, env)).toEqual({ PATH: '/bin', ZMQ_PORT: '1' })
  expect(childEnvironment({ opensAccounts: true }, env)).toEqual({
    PATH: '/bin',
    ZMQ_PORT: '1',
    BROKER_USER: 'd',
    ...way,
  })
})
