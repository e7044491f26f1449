import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import { temporaryPath } from './datafolder.ts'
import { ROOT } from './source.ts'

/** What the owner of the test's account has: canaries, to be looked for wherever they must not be. */
export const CREDENTIALS = { api_key: 'canarykey0123456', api_secret: 'canary&secret/9+8=7' } as const
/** What a login gives. */
export const ACCESS_TOKEN = 'canary-access-token-31415926'

/** What the owner of an account without a page has besides, if he wants to. */
export const TOTP_SECRET = 'CANARYTOTPSECRET'
/** What the broker takes for the code of an app, and what it refuses. */
export const CODE = '271828'
export const WRONG_CODE = '314159'

/** As lines for stdin or a file. */
export const credentialLines = (change: Partial<Record<string, string>> = {}): string =>
  Object.entries({ ...CREDENTIALS, ...change })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

/** How its login goes. */
const LOGINS = {
  page: `
    url: (settings, { api_key }, state) => settings.api_url + '/login?api_key=' + api_key + '&state=' + state,
    readAnswer(pasted) {
      if (!pasted.includes('://')) {
        if (/^[\\w-]{8,}$/.test(pasted)) return { code: pasted }
        throw new TickwireError('USAGE', 'This is neither an address nor a token: ' + pasted)
      }
      const query = new URL(pasted).searchParams
      if (query.get('status') === 'error') throw rejected('The broker says: login was cancelled')
      const code = query.get('token')
      if (!code) throw new TickwireError('USAGE', 'There is no token in this address')
      return { code, ...(query.get('state') && { state: query.get('state') }) }
    },
    redeem,`,
  typed: `
    prompt: ({ totp_secret }) => totp_secret ? undefined : 'Code of the app',
    readAnswer(typed) {
      if (/^\\d{6}$/.test(typed)) return { code: typed }
      throw new TickwireError('USAGE', 'A code has six digits', { next: 'type it again' })
    },
    redeem,
    async renew({ settings, credentials, ticket, http, now }) {
      if (!credentials.totp_secret) return undefined
      return redeem({ settings, credentials, answer: { code: '' }, http, now })
    },`,
}

/**
 * The folder of an adapter `testbroker` outside the tree, with a session; it goes away with the test. Its broker is at
 * the setting `api_url`. Errors are those of the compiled program, which loads it. `typed`: a login without a page, which
 * needs no code of a person where the optional `totp_secret` is among the credentials; then it can be renewed, too.
 */
export function sessionAdapterFolder(name = 'testbroker', login: keyof typeof LOGINS = 'page'): string {
  const folder = temporaryPath()
  const errors = pathToFileURL(join(ROOT, 'dist/shared/errors.js')).href
  const optional = "totp_secret: z.string().min(16, 'is too short').describe('TOTP secret').optional(),"
  const text = `
    import { TickwireError } from ${JSON.stringify(errors)}
    const rejected = why => new TickwireError('CREDENTIALS_REJECTED', why, { next: 'log in again' })
    async function redeem({ settings, credentials, answer, http, now }) {
      const { status, body } = await http({
        method: 'POST',
        url: settings.api_url + '/token?key=' + credentials.api_key,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...credentials, code: answer.code || 'at ' + now }),
      })
      const said = JSON.parse(new TextDecoder().decode(body))
      if (status !== 200) throw rejected('The broker says: ' + said.message)
      return { ticket: { api_key: credentials.api_key, access_token: said.access_token }, expiresAt: said.expires_at, holder: said.user }
    }
    export default ({ z }) => ({
      name: ${JSON.stringify(name)}, title: 'Test broker', label: 'live', modes: ['LTP'],
      settings: z.strictObject({ api_url: z.string().default('http://127.0.0.1:1'), rate: z.coerce.number().default(1) }),
      credentials: z.strictObject({
        api_key: z.string().min(5, 'is too short').describe('API key'),
        api_secret: z.string().min(5, 'is too short').describe('API secret'),
        ${login === 'typed' ? optional : ''}
      }),
      ticket: z.strictObject({ api_key: z.string(), access_token: z.string() }),
      limits: { connections: 3, instrumentsPerConnection: 10, instrumentsPerMessage: 5, messagePauseMs: 500 },
      login: {${LOGINS[login]}
      },
      master: { requests: () => [], parse: () => [], classify: () => new Error('none') },
      session: {
        dial: () => ({ url: 'ws://127.0.0.1:1' }), subscribe: () => [], change: () => [], unsubscribe: () => [],
        classify: () => new TickwireError('BROKER_UNREACHABLE', 'none'), heartbeat: { suspectMs: 1000, deadMs: 2000 },
      },
      createDecoder: () => () => [],
    })`
  writeFileSync(join(folder, 'manifest.mjs'), text)
  return folder
}

/** The broker of that adapter: knows one account, and takes each token once. */
export class TestBroker {
  readonly #server: Server
  readonly #used = new Set<string>()
  url = ''
  user = 'AB1234'
  /** Milliseconds since 1970. */
  expiresAt: number | undefined = undefined
  /** Bodies it was sent. */
  readonly asked: Record<string, string>[] = []

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (part: string) => {
        body += part
      })
      request.on('end', () => {
        const asked: Record<string, string> = JSON.parse(body)
        this.asked.push(asked)
        const { code = '', api_secret } = asked
        // It repeats what it was sent, as some do.
        const refusal = this.#used.has(code)
          ? `token ${code} was used before`
          : api_secret !== CREDENTIALS.api_secret
            ? `secret ${api_secret} is wrong`
            : code === WRONG_CODE
              ? `code ${code} is wrong`
              : undefined
        if (code !== WRONG_CODE) this.#used.add(code)
        const said = refusal
          ? { message: refusal }
          : { access_token: ACCESS_TOKEN, user: this.user, expires_at: this.expiresAt }
        response.writeHead(refusal ? 403 : 200).end(JSON.stringify(said))
      })
    })
  }

  static async start(): Promise<TestBroker> {
    const broker = new TestBroker()
    await new Promise<void>(resolve => broker.#server.listen(0, '127.0.0.1', resolve))
    const address = broker.#server.address()
    broker.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
    onTestFinished(() => broker.close())
    return broker
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
