import fc from 'fast-check'
import { parseMessage } from '../../proxy/protocol.ts'
import { GOOD_KEY, openClient } from './clientrig.ts'
import { bytes, damagedText, hold, json, oddNumber, text, word } from './noise.ts'
import { claim, type Target } from './target.ts'

const SENT = 'authenticate auth subscribe unsubscribe unsubscribe_all subscribe_orders unsubscribe_orders ping pong'
const ASKED = 'get_broker_info get_supported_brokers toString __proto__'
const ACTIONS = `${SENT} ${ASKED}`.split(' ')
const symbol = fc.oneof(fc.constantFrom('TCS', 'M&M', 'NIFTY 50', 'NSE:TCS', 'NONE'), word)
const exchange = fc.oneof(fc.constantFrom('NSE', 'NFO', 'NSE_INDEX'), word)
const mode = fc.oneof(fc.constantFrom(1, 2, 3, 'Quote', 'LTP', 'depth', '1'), oddNumber, json)
const item = fc.oneof(
  symbol,
  fc.record({ symbol, exchange, mode, resume: json, policy: json }, { requiredKeys: [] }),
  json,
)
const items = fc.oneof(fc.array(item, { maxLength: 5 }), json, fc.constant(Array.from({ length: 51 }, () => 'NSE:TCS')))

const request = fc.record(
  {
    action: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...ACTIONS) }, json),
    type: fc.oneof(fc.constantFrom(...ACTIONS), json),
    symbols: items,
    instruments: items,
    symbol,
    exchange,
    mode,
    depth: fc.oneof(oddNumber, json),
    depth_level: json,
    request_id: fc.oneof(json, fc.constant('x'.repeat(1024))),
    features: json,
    policy: json,
    interval_ms: oddNumber,
    fields: json,
    resume: json,
    timestamp: json,
    _pingId: json,
    api_key: fc.oneof(fc.constantFrom(GOOD_KEY, ` ${GOOD_KEY} `, 'bad'), json),
  },
  { requiredKeys: [] },
)

const likely = JSON.stringify({
  action: 'subscribe',
  symbols: [{ symbol: 'TCS', exchange: 'NSE', mode: 2 }],
  request_id: 1,
})
const message = fc.oneof(
  { weight: 6, arbitrary: request.map(one => JSON.stringify(one)) },
  {
    weight: 2,
    arbitrary: damagedText([likely, '{"action":"ping","timestamp":1}', `{"action":"auth","api_key":"${GOOD_KEY}"}`]),
  },
  { weight: 1, arbitrary: text },
  // As the connection reads the bytes of a binary frame.
  { weight: 1, arbitrary: bytes.map(String) },
  { weight: 1, arbitrary: fc.constantFrom('ping', 'PONG ', `{"action":"auth","api_key":"${GOOD_KEY}"}`, likely) },
)

/** What the protocol answers with nothing: habits of clients (client protocol, 3.7). */
function isHabit(said: string): boolean {
  if (/^(ping|pong)$/i.test(said.trim())) return true
  try {
    const { action, type } = JSON.parse(said) as { action?: unknown; type?: unknown }
    return action === 'pong' || (action === undefined && (type === 'pong' || type === 'ping'))
  } catch {
    return false
  }
}

/** What anybody may be answered who has not shown a good key. */
const FOR_STRANGERS: ReadonlySet<unknown> = new Set(['pong', 'supported_brokers'])

const isClean = (): boolean => Object.keys(Object.prototype).length === 0 && !('polluted' in {})

function converse(messages: readonly string[], begins: boolean): void {
  const rig = openClient()
  const { client, hub, said } = rig
  if (begins) client.receive(JSON.stringify({ action: 'authenticate', api_key: GOOD_KEY }))
  for (const one of messages) {
    const was = client.authenticated
    const before = said.length
    client.receive(one)
    rig.settle()
    const answers = said.slice(before)
    hold(answers.length === (isHabit(one) ? 0 : 1), `${answers.length} answers to ${one.slice(0, 200)}`)
    for (const answer of answers) check(answer, was || client.authenticated, one.length)
  }
  hold(isClean(), 'it reached into what all objects share')
  client.close()
  hold(hub.size === 0, 'a client that has gone still holds something')
}

function check(answer: string, authenticated: boolean, asked: number): void {
  const { type, status } = JSON.parse(answer) as { type?: unknown; status?: unknown }
  hold(answer.startsWith('{') && (status === 'success' || status === 'partial' || status === 'error'), answer)
  hold(authenticated || status === 'error' || FOR_STRANGERS.has(type), `a stranger was told ${answer.slice(0, 200)}`)
  // Each item is answered in words of its own; none makes much of little.
  hold(answer.length <= 20 * asked + 4096, `${answer.length} characters for ${asked}`)
}

export const client: Target = {
  name: 'client',
  claims: [
    claim(
      'reads a message as one request, one refusal or one habit',
      1500,
      [message, fc.boolean()],
      (said, authenticated) => {
        const parsed = parseMessage(said, { authenticated, maxSymbols: 50 })
        if (parsed.kind === 'habit') return
        const { requestId } = parsed
        if (requestId !== undefined) {
          JSON.parse(requestId)
          hold(requestId.length <= 1024, 'a request_id that is too long is echoed')
        }
        if (parsed.kind === 'refusal') hold(parsed.refusal.message.length < 2000, 'a refusal that is too long')
        else if ('symbols' in parsed.request) hold(parsed.request.symbols.length <= 50, 'too many symbols')
      },
    ),
    claim(
      'answers whatever comes in any order, once or not at all, and strangers with nothing but refusals',
      300,
      [fc.array(message, { maxLength: 12 }), fc.boolean()],
      converse,
    ),
  ],
}
