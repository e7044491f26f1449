import { expect, it } from 'vitest'
import { Traffic } from '../../../../adapters/runtime/session/traffic.ts'
import { Secret } from '../../../../shared/secret.ts'
import { keptLog } from '../../../support/log.ts'

function traffic() {
  const { log, lines } = keptLog()
  return { traffic: new Traffic(log), lines }
}

it('counts what was ignored by its kind and what could not be read, and tells the first of each', () => {
  const { traffic: counted, lines } = traffic()
  counted.note({ kind: 'ignored', what: 'order' })
  counted.note({ kind: 'heartbeat' })
  counted.note({ kind: 'ignored', what: 'order' })
  counted.note({ kind: 'malformed', what: 'cut' })
  counted.note({ kind: 'malformed', what: 'cut' })
  expect(counted.counts()).toEqual({ ignored: { order: 2 }, malformed: 2, notices: 0, unasked: 0 })
  expect(lines).toHaveLength(2)
})

it('keeps few kinds apart, whatever noise invents', () => {
  const { traffic: counted } = traffic()
  for (let nth = 0; nth < 5000; nth++) counted.note({ kind: 'ignored', what: `packet of ${nth} bytes` })
  const { ignored } = counted.counts()
  expect(Object.keys(ignored)).toHaveLength(21)
  expect(ignored.other).toBe(4980)
})

it('passes the broker’s own words on, but not for ever', () => {
  const { traffic: counted, lines } = traffic()
  for (let nth = 0; nth < 100; nth++) counted.note({ kind: 'notice', level: 'error', text: `no ${nth}` })
  counted.note({ kind: 'rejected', tokens: ['1', '2'], reason: 'not yours' })
  expect(counted.counts().notices).toBe(101)
  expect(lines).toHaveLength(20)
  expect(lines[0]).toMatchObject({ level: 'warn', text: 'the broker says: no 0' })
})

it('masks the secrets in the broker’s words before it cuts them, so that no head of one stays', () => {
  const { traffic: counted, lines } = traffic()
  const token = new Secret('canary-of-the-feed')
  counted.note({ kind: 'notice', level: 'error', text: `${'x'.repeat(290)} canary-of-the-feed` })
  counted.note({ kind: 'rejected', tokens: ['1'], reason: `${'x'.repeat(264)} canary-of-the-feed` })
  counted.note({ kind: 'ignored', what: `${'x'.repeat(70)} canary-of-the-feed` })
  expect(lines).toHaveLength(3)
  expect(JSON.stringify([lines, counted.counts()])).not.toContain('cana')
  token.forget()
})
