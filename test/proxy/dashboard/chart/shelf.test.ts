import { expect, it } from 'vitest'
import { Shelf } from '../../../../proxy/dashboard/chart/shelf.ts'

it('candles are kept of what was used last, and of what is selected or pinned however long ago it was', () => {
  const shelf = new Shelf(3, name => name === 'NSE_INDEX:NIFTY')
  for (const name of ['NSE_INDEX:NIFTY', 'NSE:A', 'NSE:B']) shelf.open(name)
  const minutes = shelf.find('NSE:A')
  shelf.open('NSE:C')
  expect([...shelf.names()]).toEqual(['NSE_INDEX:NIFTY', 'NSE:A', 'NSE:C'])
  expect(shelf.open('NSE:A')).toBe(minutes)
})
