import { expect, it } from 'vitest'
import { Events, Keys } from '../../../proxy/dashboard/operator/history.tsx'

/** The texts of what a component without state draws, row by row. */
function rowsOf(node: unknown): string[][] {
  if (Array.isArray(node)) return node.flatMap(rowsOf)
  if (typeof node !== 'object' || node === null || !('props' in node)) return []
  const { type, props } = node as { type: unknown; props: { children?: unknown } }
  return type === 'tr' ? [textsOf(props.children)] : rowsOf(props.children)
}

function textsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(textsOf)
  if (typeof node === 'object' && node !== null && 'props' in node)
    return textsOf((node as { props: { children?: unknown } }).props.children)
  return typeof node === 'string' || typeof node === 'number' ? [String(node)] : []
}

it('the operator sees what each key has open, the busiest first', () => {
  const keys = [
    { id: 'k1', connections: 1, subscriptions: 2, messages: 30 },
    { id: 'k2', connections: 4, subscriptions: 5, messages: 6 },
  ]
  expect(rowsOf(Keys({ keys }))).toEqual([
    ['Key', 'Connections', 'Subscriptions', 'Messages'],
    ['k2', '4', '5', '6'],
    ['k1', '1', '2', '30'],
  ])
})

it('the operator sees the last twenty events, the newest first', () => {
  const events = Array.from({ length: 25 }, (_, nth) => ({ at: nth * 1000, name: 'REAL', text: `event ${nth}` }))
  const [, first, ...rest] = rowsOf(Events({ events, now: 30_000 }))
  expect(first).toEqual(['05:30:24', 'REAL', 'event 24'])
  expect(rest.at(-1)).toEqual(['05:30:05', 'REAL', 'event 5'])
})
