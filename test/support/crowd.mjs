// Light clients of one proxy, all in this process: node crowd.mjs PORT KEY CLIENTS SYMBOLS. Each holds SYMBOLS (with commas)
// as LTP and comes back by itself after a random pause whenever its connection ends. On stdin, one word in a line, answered by one
// JSON text in a line: `stand` is how they stand now and what was refused so far; `ages` is how old what came since the
// last time was when it was read, oldest tick of each read.
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const [port, key, clients, symbols] = process.argv.slice(2)
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5000
const HANDSHAKE = Buffer.from(
  `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
)
const WORDS = Buffer.concat(
  [
    { action: 'authenticate', api_key: key },
    { action: 'subscribe', symbols: symbols.split(',').map(one => ({ symbol: one, exchange: 'NSE' })), mode: 'LTP' },
  ].map(masked),
)
const stand = { open: 0, authenticated: 0, whole: 0, attempts: 0, refused: 0, failed: 0 }
let ages = []

/** A client's text frame. The mask is all zeros, which is a mask too. */
function masked(message) {
  const payload = Buffer.from(JSON.stringify(message))
  const head =
    payload.length < 126 ? [0x81, 0x80 | payload.length] : [0x81, 0xfe, payload.length >> 8, payload.length & 255]
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload])
}

function enter(pauseMs = FIRST_PAUSE_MS) {
  stand.attempts++
  let text = ''
  let stage = 'connecting'
  const counted = {
    connecting: [],
    open: ['open'],
    authenticated: ['open', 'authenticated'],
    whole: ['open', 'authenticated', 'whole'],
  }
  const move = next => {
    for (const name of counted[stage]) stand[name]--
    stage = next
    for (const name of counted[stage]) stand[name]++
  }
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true }, () => socket.write(HANDSHAKE))
  socket.on('data', bytes => {
    if (stage === 'whole') {
      note(bytes)
      return
    }
    text += bytes.toString('latin1')
    if (stage === 'connecting' && text.includes('\r\n\r\n')) {
      if (!text.startsWith('HTTP/1.1 101')) {
        stand.failed++
        socket.destroy()
        return
      }
      move('open')
      socket.write(WORDS)
    }
    if (stage === 'open' && text.includes('"type":"auth"')) {
      if (text.includes('"status":"success"')) move('authenticated')
    }
    if (stage === 'open' && text.includes('"status":"error"')) {
      stand.refused++
      socket.destroy()
      return
    }
    if (stage === 'authenticated' && text.includes('"type":"market_data"')) {
      if (!text.includes('"type":"subscribe","status":"success"')) stand.refused++
      move('whole')
      text = ''
    }
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    const next = stage === 'whole' ? FIRST_PAUSE_MS : Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
    move('connecting')
    setTimeout(enter, Math.random() * pauseMs, next)
  })
}

function note(bytes) {
  const at = bytes.indexOf('"timestamp":')
  if (at >= 0) ages.push(Date.now() - Number(bytes.toString('latin1', at + 12, at + 25)))
}

for (let nth = 0; nth < Number(clients); nth++) enter()

createInterface({ input: process.stdin })
  .on('line', word => {
    const answer = word === 'ages' ? agesNow() : stand
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  })
  .on('close', () => process.exit(0))

/** Milliseconds. */
function agesNow() {
  const sorted = ages.filter(Number.isFinite).sort((a, b) => a - b)
  ages = []
  const part = share => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)]
  return { count: sorted.length, p50: part(0.5), p99: part(0.99), max: sorted.at(-1) }
}
