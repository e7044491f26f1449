import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { CurveGuests, makeCurveKeys, removeCurveKey } from '../../scripts/curve.ts'

function keysFolder(): string {
  const place = mkdtempSync('/tmp/tw-')
  onTestFinished(() => rmSync(place, { recursive: true, force: true }))
  const dir = `${place}/bus`
  makeCurveKeys(dir, ['FEED', 'proxy'])
  return dir
}

const keyOf = (dir: string, name: string): string =>
  (JSON.parse(readFileSync(`${dir}/${name}.key`, 'utf8')) as { publicKey: string }).publicKey

test('who is known comes in also while the list cannot even be looked at', () => {
  const dir = keysFolder()
  const key = keyOf(dir, 'FEED')
  const guests = new CurveGuests(dir)
  renameSync(dir, `${dir}-aside`)
  symlinkSync(dir, dir)
  expect(() => new CurveGuests(dir)).toThrow('cannot be read (ELOOP)')
  expect([guests.nameOf(key), guests.nameOf('another')]).toEqual(['FEED', undefined])
})

test('who is taken off the list is a stranger from the next connection on, and nobody else is', () => {
  const dir = keysFolder()
  const [feed, proxy] = [keyOf(dir, 'FEED'), keyOf(dir, 'proxy')]
  const guests = new CurveGuests(dir)
  expect([removeCurveKey(dir, 'FEED'), removeCurveKey(dir, 'FEED')]).toEqual([true, false])
  expect([guests.nameOf(feed), guests.nameOf(proxy)]).toEqual([undefined, 'proxy'])
})
