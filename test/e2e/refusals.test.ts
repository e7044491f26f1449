import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writePair } from '../support/certificate.ts'
import { type Command, eventually, Processes } from '../support/system.ts'

let here: Processes
let started: Command | undefined

beforeEach(() => {
  here = new Processes()
})

afterEach(async () => {
  await started?.stop()
  started = undefined
  here.remove()
})

interface Case {
  readonly env?: NodeJS.ProcessEnv
  readonly args?: readonly string[]
  /** What the one line begins with. */
  readonly says: RegExp
}

const file = (name: string) => join(here.folder, name)
const configure = (text: string, mode = 0o600) => {
  writeFileSync(file('tickwire.toml'), text)
  chmodSync(file('tickwire.toml'), mode)
}
const withTls = (certFile: string, keyFile: string) =>
  configure(`[proxy.tls]\ncert_file = "${certFile}"\nkey_file = "${keyFile}"\n`)

/** Each makes its folder unsafe in one way. */
const CASES: Readonly<Record<string, () => Case | Promise<Case>>> = {
  'a port open to the network without TLS': () => ({
    args: ['--host', '0.0.0.0'],
    says: /^error CONFIG_INVALID: proxy\.host: 0\.0\.0\.0 is open to others/,
  }),
  'a port open to the network over IPv6 without TLS': () => ({
    env: { TICKWIRE_PROXY_HOST: '::' },
    says: /^error CONFIG_INVALID: proxy\.host: :: is open to others/,
  }),
  'an address of this machine that others reach, in the name OpenAlgo has for it': () => ({
    env: { WEBSOCKET_HOST: '192.0.2.1' },
    says: /^error CONFIG_INVALID: proxy\.host: 192\.0\.2\.1 is open to others/,
  }),
  'a key of TLS that others can read': () => {
    const { certFile, keyFile } = writePair(here.folder)
    chmodSync(keyFile, 0o644)
    withTls(certFile, keyFile)
    return { says: /^error CONFIG_INVALID: proxy\.tls\.key_file .*can be read by other users \(644\)/ }
  },
  'a key of another certificate': () => {
    withTls(writePair(here.folder).certFile, writePair(here.folder, { name: 'other' }).keyFile)
    return { says: /^error CONFIG_INVALID: proxy\.tls\.key_file .*other\.key\): is not the key of/ }
  },
  'a certificate that has expired': () => {
    const { certFile, keyFile } = writePair(here.folder, { days: -1 })
    withTls(certFile, keyFile)
    return { says: /^error CONFIG_INVALID: proxy\.tls\.cert_file .*has expired/ }
  },
  'a certificate without its key': () => ({
    env: { TICKWIRE_PROXY_TLS_CERT_FILE: '/tls.crt' },
    says: /^error CONFIG_INVALID: proxy\.tls\.key_file: is missing/,
  }),
  'a forwarder that is no address': () => ({
    env: { TICKWIRE_PROXY_TRUSTED_FORWARDERS: '10.0.0.0/8,10.0.0.0/33' },
    says: /^error CONFIG_INVALID: proxy\.trusted_forwarders .*"10\.0\.0\.0\/33" is no address or block/,
  }),
  'an origin with a path': () => ({
    env: { TICKWIRE_PROXY_ORIGINS: 'https://dash.example/app' },
    says: /^error CONFIG_INVALID: proxy\.origins .*"https:\/\/dash\.example\/app" is no origin/,
  }),
  'a setting that does not exist': () => {
    configure('[proxy]\nprot = 1\n')
    return { says: /^error CONFIG_INVALID: proxy\.prot .*did you mean proxy\.port/ }
  },
  'a variable that does not exist': () => ({
    env: { TICKWIRE_PROXY_PROT: '1' },
    says: /^error CONFIG_INVALID: TICKWIRE_PROXY_PROT .*did you mean TICKWIRE_PROXY_PORT/,
  }),
  'a key that stands in the README': () => ({
    env: { TICKWIRE_API_KEY: 'YOUR_KEY' },
    says: /^error CONFIG_INVALID: TICKWIRE_API_KEY .*is the example/,
  }),
  'a secret that stands in the example of OpenAlgo': () => ({
    env: { BROKER_API_SECRET: 'YOUR_BROKER_API_SECRET' },
    says: /^error CONFIG_INVALID: BROKER_API_SECRET .*is the example/,
  }),
  'a configuration that others can change': () => {
    configure('', 0o666)
    return { says: /^error FOLDER_UNUSABLE: The configuration .*can be changed by other users \(666\)/ }
  },
  'a secret in a configuration that others can read': () => {
    configure('[feeds.MINE]\napi_secret = "abc"\n', 0o644)
    return { says: /^error FOLDER_UNUSABLE: The configuration .*holds a secret \(feeds\.MINE\.api_secret\)/ }
  },
  'a data folder that others can write': () => {
    chmodSync(here.folder, 0o777)
    return { says: /^error FOLDER_UNUSABLE: .*is open to other users/ }
  },
  'a folder of the bus that others can enter': () => {
    mkdirSync(file('run'), { mode: 0o755 })
    chmodSync(file('run'), 0o755)
    return { says: /^error FOLDER_UNUSABLE: .*run is open to other users/ }
  },
  'a database that others can read': async () => {
    await here.run('init', '--yes')
    chmodSync(file('control.db'), 0o644)
    return { says: /^error FOLDER_UNUSABLE: .*control\.db can be read by other users \(644\)/ }
  },
  'a vault that others can read': () => {
    writeFileSync(file('vault.db'), '', { mode: 0o640 })
    return { says: /^error FOLDER_UNUSABLE: .*vault\.db can be read by other users \(640\)/ }
  },
  'a pepper that others can read': () => {
    writeFileSync(file('pepper.key'), Buffer.from(Array.from({ length: 32 }, (_, at) => at)))
    chmodSync(file('pepper.key'), 0o644)
    return { says: /^error FOLDER_UNUSABLE: .*pepper\.key can be read by other users/ }
  },
  'a pepper that everybody knows': () => {
    writeFileSync(file('pepper.key'), Buffer.alloc(32), { mode: 0o400 })
    return { says: /^error FOLDER_UNUSABLE: .*pepper\.key is the same byte all over/ }
  },
  'the debugger of Node': () => ({
    env: { NODE_OPTIONS: '--inspect=127.0.0.1:0' },
    says: /^error CONFIG_INVALID: --inspect \(NODE_OPTIONS\): .*debugger/,
  }),
}

/** Lines of Node itself, and those that a start says before it is refused. */
const BEFORE = /^(warning: |Debugger (listening|ending)|For help, see)/

describe('tickwire up and tickwire proxy do not start', () => {
  it.each(Object.keys(CASES))('with %s: 78, and one line that names it', async name => {
    const { env = {}, args = [], says } = await (CASES[name] as (typeof CASES)[string])()
    const commands = ['up', 'proxy'].map(command => here.start([command, '--port', 'auto', ...args], env).done)
    for (const { code, err } of await Promise.all(commands)) {
      const lines = err.trim().split('\n')
      const [line, next, ...more] = lines.filter(one => !BEFORE.test(one))
      expect(line).toMatch(says)
      expect(next).toMatch(/^next: ./)
      expect([code, more]).toEqual([78, []])
    }
  })
})

/** Each lets a process that opens no account hold what opens one. */
const HELD: Readonly<Record<string, () => Case>> = {
  'the key of a broker, from the environment of OpenAlgo': () => ({
    env: { BROKER_API_KEY: 'kiteapikey7', BROKER_API_SECRET: 'canary' },
    says: /^error CONFIG_INVALID: BROKER_API_KEY \(environment\): is a secret of a broker/,
  }),
  'the secret of a broker': () => ({
    env: { BROKER_API_SECRET: 'canary-7' },
    says: /^error CONFIG_INVALID: BROKER_API_SECRET \(environment\): is a secret of a broker/,
  }),
  'the key of the vault, handed over': () => handOver('tickwire-vault-key'),
  'the key of an account, handed over': () => handOver('account-key'),
}

function handOver(name: string): Case {
  mkdirSync(file('credentials'), { mode: 0o700 })
  writeFileSync(join(file('credentials'), name), Buffer.alloc(32, name), { mode: 0o400 })
  return {
    env: { CREDENTIALS_DIRECTORY: file('credentials') },
    says: new RegExp(`^error CONFIG_INVALID: .*${name} \\(CREDENTIALS_DIRECTORY\\): is a key to accounts`),
  }
}

describe('tickwire proxy and tickwire bus do not start', () => {
  it.each(Object.keys(HELD))('with %s: 78, and one line that names it', async name => {
    const { env = {}, says } = (HELD[name] as (typeof HELD)[string])()
    const commands = [['proxy', '--port', 'auto'], ['bus']].map(args => here.start(args, env).done)
    for (const { code, err } of await Promise.all(commands)) {
      const [line, next, ...more] = err
        .trim()
        .split('\n')
        .filter(one => !BEFORE.test(one))
      expect(line).toMatch(says)
      expect(next).toMatch(/^next: (unset BROKER_API_|take it out of LoadCredential=)/)
      expect([code, more]).toEqual([78, []])
      expect(err).not.toMatch(/canary|kiteapikey7/)
    }
  })
})

describe('tickwire proxy starts', () => {
  const starts = async (args: readonly string[], env: NodeJS.ProcessEnv) => {
    started = here.start(['proxy', '--port', 'auto', ...args], env)
    await eventually(() => here.hasProxy())
  }

  it('open to the network with a certificate', async () => {
    const { certFile, keyFile } = writePair(here.folder)
    withTls(certFile, keyFile)
    await starts(['--host', '0.0.0.0'], {})
  })

  it('open to the network for a forwarder that is named', async () => {
    await starts(['--host', '0.0.0.0'], { TICKWIRE_PROXY_TRUSTED_FORWARDERS: '10.0.0.0/8' })
  })

  it('on loopback, whatever it is called', async () => {
    await starts(['--host', 'localhost'], {})
  })
})
