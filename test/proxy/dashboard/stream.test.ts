import { signal } from '@preact/signals'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Facts } from '../../../proxy/dashboard/facts.ts'
import { keepPulse } from '../../../proxy/dashboard/pulse.ts'
import { CallError } from '../../../proxy/dashboard/session.ts'
import { holds } from '../../support/holds.ts'
import { openPage, ticketed } from './page.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Answers when the test says so. */
function deferred() {
  const answers: ((response: Response) => void)[] = []
  const fetch = () => new Promise<Response>(resolve => answers.push(resolve))
  return { fetch, answers }
}

/** Never answers, but hears that nobody waits any more. */
const swallowed = (_: string, { signal: gone }: RequestInit) =>
  new Promise<Response>((_, reject) => gone?.addEventListener('abort', () => reject(new Error('aborted'))))

const cutOff = async () =>
  new Response(
    new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('{"ticket":'))
        controller.error(new TypeError('terminated'))
      },
    }),
  )

async function connected() {
  const page = openPage(ticketed)
  page.stream.start()
  await holds(() => expect(page.sockets).toHaveLength(1))
  const [socket] = page.sockets
  if (!socket) throw new Error('no socket')
  socket.letIn()
  return { ...page, socket, pings: () => socket.sent.filter(({ action }) => action === 'ping').length }
}

describe('a connection that ends without a word', () => {
  it('is lost when a ping has no answer for ten seconds, and made anew', async () => {
    const { clock, stream, socket, sockets, lost } = await connected()
    keepPulse({ clock, stream })
    clock.advance(5)
    socket.say({ type: 'pong', server_timestamp: 0 })
    clock.advance(1500)
    socket.say({ type: 'pong', server_timestamp: 0 })
    clock.advance(18_000)
    expect(stream.link.value.phase).toBe('open')
    clock.advance(500)
    expect(lost).toEqual(['no answer for 10 s'])
    expect(stream.link.value).toMatchObject({ phase: 'waiting', why: 'no answer for 10 s' })
    clock.advance(500)
    await holds(() => expect(sockets).toHaveLength(2))
  })

  it('is not one that says anything at all', async () => {
    const { clock, stream, socket, lost } = await connected()
    keepPulse({ clock, stream })
    for (let nth = 0; nth < 30; nth++) {
      clock.advance(4000)
      socket.say({ type: 'slow', state: 'recovered' })
    }
    expect(lost).toEqual([])
  })

  it('is asked first and judged then, after a machine slept', async () => {
    const { clock, stream, lost, pings } = await connected()
    let sleptMs = 0
    const slept = { ...bound(clock), now: () => clock.now() + sleptMs }
    keepPulse({ clock: slept, stream })
    clock.advance(4000)
    sleptMs = 3_600_000
    const before = pings()
    clock.advance(1000)
    expect(lost).toEqual([])
    expect(pings()).toBeGreaterThan(before)
    clock.advance(5000)
    expect(lost).toEqual(['no answer for 5 s'])
  })

  it('is lost after five seconds when somebody has come back to it: its prices may be hours old', async () => {
    const { clock, stream, lost } = await connected()
    keepPulse({ clock, stream })()
    clock.advance(3_600_000)
    keepPulse({ clock, stream })
    clock.advance(4999)
    expect(lost).toEqual([])
    clock.advance(1)
    expect(lost).toEqual(['no answer for 5 s'])
  })

  it('is not judged while nobody can see the page', async () => {
    const { clock, stream, lost } = await connected()
    keepPulse({ clock, stream })()
    clock.advance(600_000)
    expect(lost).toEqual([])
  })
})

describe('a try of the stream', () => {
  it('that was stopped opens nothing when its ticket comes after the next start', async () => {
    const { fetch, answers } = deferred()
    const { stream, sockets } = openPage(fetch)
    stream.start()
    stream.stop()
    stream.start()
    await holds(() => expect(answers).toHaveLength(2))
    for (const answer of answers) answer(Response.json({ ticket: 't' }))
    await holds(() => expect(sockets).toHaveLength(1))
    await new Promise(resolve => setImmediate(resolve))
    expect(sockets).toHaveLength(1)
  })

  it('that was stopped for good opens nothing either', async () => {
    const { fetch, answers } = deferred()
    const { stream, sockets } = openPage(fetch)
    stream.start()
    await holds(() => expect(answers).toHaveLength(1))
    stream.stop()
    answers[0]?.(Response.json({ ticket: 't' }))
    await new Promise(resolve => setImmediate(resolve))
    expect(sockets).toHaveLength(0)
    expect(stream.link.value.phase).toBe('off')
  })

  it.each([
    ['is not answered', swallowed, 'the server does not answer within 10 s'],
    ['is cut off in the middle', cutOff, 'the server does not answer'],
    ['is answered by something on the way', async () => new Response('<html>'), 'what answers is not the server'],
  ])('whose ticket %s waits for the next one', async (_, fetch, why) => {
    const { clock, stream, sockets } = openPage(fetch)
    stream.start()
    if (fetch === swallowed) clock.advance(10_000)
    await holds(() => expect(stream.link.value).toMatchObject({ phase: 'waiting', why }))
    vi.stubGlobal('fetch', ticketed)
    clock.advance(500)
    await holds(() => expect(sockets).toHaveLength(1))
  })

  it('that the browser refuses to begin waits too', async () => {
    const { stream } = openPage(ticketed)
    vi.stubGlobal('WebSocket', function refuse() {
      throw new TypeError('not here')
    })
    stream.start()
    await holds(() => expect(stream.link.value.phase).toBe('waiting'))
  })
})

describe('a request over HTTP', () => {
  it('that is cut off in the middle is one that was not answered', async () => {
    const { sessions } = openPage(cutOff)
    await expect(sessions.call('/api/v1/feeds')).rejects.toBeInstanceOf(CallError)
  })

  it('whose time is over takes its timer with it when it is answered', async () => {
    const { clock, sessions } = openPage(ticketed)
    const after = vi.spyOn(clock, 'after')
    await sessions.call('/api/v1/feeds')
    expect(after).toHaveBeenCalledOnce()
    clock.advance(60_000)
    await expect(sessions.call('/api/v1/feeds')).resolves.toEqual({ ticket: 't' })
  })

  it('of facts that was asked by one person is not shown to the next, who is asked for at once', async () => {
    const { clock, sessions } = openPage(ticketed)
    const current = signal({ ...sessions.current.value, name: 'first' })
    const answers: ((value: unknown) => void)[] = []
    const call = () => new Promise<unknown>(resolve => answers.push(resolve))
    const facts = new Facts({ clock, isShown: signal(true), sessions: { current, call } as never }, '/api/v1/feeds')
    facts.watch(10_000)
    await holds(() => expect(answers).toHaveLength(1))
    current.value = { ...current.value, name: 'second' }
    answers[0]?.('of the first')
    await holds(() => {
      clock.advance(0)
      expect(answers).toHaveLength(2)
    })
    expect(facts.value.value).toBeUndefined()
    answers[1]?.('of the second')
    await holds(() => expect(facts.value.value).toBe('of the second'))
  })

  it('of facts is made again, however the last one ended', async () => {
    const { clock, sessions } = openPage(ticketed)
    let count = 0
    const call = async () => {
      count++
      throw new TypeError('nobody thought of this')
    }
    const parts = { clock, isShown: signal(true), sessions: { current: sessions.current, call } }
    const facts = new Facts(parts, '/api/v1/feeds')
    facts.watch(2000)
    await holds(() => expect(facts.trouble.value).toBe('the answer of the server could not be read'))
    await holds(() => {
      clock.advance(2000)
      expect(count).toBeGreaterThan(1)
    })
  })
})

const bound = (clock: ReturnType<typeof openPage>['clock']) => ({
  after: clock.after.bind(clock),
  every: clock.every.bind(clock),
})
