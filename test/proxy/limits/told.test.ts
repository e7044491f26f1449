import { expect, it } from 'vitest'
import { toldLimits } from '../../../proxy/limits/told.ts'
import { loadConfig } from '../../../shared/config.ts'
import { documentOf } from '../conversation.ts'

/** Of all clients together, of no client at all, or of requests over HTTP, where `whoami` tells it. */
const OTHERS = [
  'queue_total_bytes',
  'flush_max_ms',
  'resume_bytes',
  'drain_ms',
  'max_age_ms',
  'failback_seconds',
  'disagreement_percent',
  'requests_per_second',
  'cache_max_age_seconds',
  'cache_max_bytes',
]

it('every setting of the table of limits that a client can run into is told, with its value', () => {
  const [, table = ''] = /\n## Limits\n([\s\S]*?)\n###/.exec(documentOf('README.md')) ?? []
  const settings = table
    .split('\n')
    .flatMap(line => [...(line.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name))
  const told = toldLimits(loadConfig({}, {}).proxy, undefined, undefined)
  // A burst is told beside its rate.
  const expected = settings.filter(name => !OTHERS.includes(name) && !name.endsWith('_burst'))
  expect(expected.length).toBeGreaterThan(20)
  expect(Object.keys(told).sort()).toEqual(expected.sort())
  expect(Object.values(told).filter(({ limit }) => typeof limit !== 'number')).toEqual([])
})
