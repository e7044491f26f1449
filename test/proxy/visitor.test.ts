import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forwarders, type Visit } from '../../proxy/visitor.ts'

const OURS = ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7']
const { visitor, isForwarder } = forwarders(OURS)

const visit = (remoteAddress: string | undefined, said?: string | string[]): Visit => ({
  socket: { remoteAddress },
  headers: said === undefined ? {} : { 'x-forwarded-for': said },
})
const from = (peer: string, said?: string | string[]) => visitor(visit(peer, said))

describe('who a request is from', () => {
  it.each([
    ['who connected, when that is no forwarder', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['who connected, when nothing was forwarded', '10.1.2.3', undefined, '10.1.2.3'],
    ['what a forwarder says', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['what a forwarder says whose address is mapped into IPv6', '::ffff:10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['the last one that is none of ours', '10.1.2.3', '6.6.6.6, 198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['the first one, when all of them are ours', '10.1.2.3', '10.7.7.7, 10.9.9.9', '10.7.7.7'],
    ['an address with its port', '10.1.2.3', '198.51.100.1:4711', '198.51.100.1'],
    ['IPv6', '2001:db8::1', '2606:4700:0:0::0001', '2606:4700::1'],
    ['IPv6 in brackets, with its port', '10.1.2.3', '[2606:4700::1]:443', '2606:4700::1'],
    ['one that is mapped into IPv6', '10.1.2.3', '::ffff:198.51.100.1', '198.51.100.1'],
    ['the forwarder, when it says what is no address', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['the forwarder, when what it says ends in nothing', '10.1.2.3', '198.51.100.1,', '10.1.2.3'],
    ['the forwarder, when it says 300.1.2.3', '10.1.2.3', '300.1.2.3', '10.1.2.3'],
  ])('is %s', (_, peer, said, expected) => {
    expect(from(peer, said)).toBe(expected)
  })

  it('is the same whether a header comes once or in parts', () => {
    expect(from('10.1.2.3', ['6.6.6.6', '198.51.100.1, 10.9.9.9'])).toBe('198.51.100.1')
  })

  it('is found behind two hundred hops', () => {
    const hops = ['6.6.6.6', '198.51.100.1', ...Array.from({ length: 200 }, (_, at) => `10.0.${at}.1`)]
    expect(from('10.1.2.3', hops.join(', '))).toBe('198.51.100.1')
  })

  it('is nobody when the system does not know', () => {
    expect(visitor(visit(undefined, '198.51.100.1'))).toBe('')
  })
})

const stranger = fc.ipV4().filter(address => !isForwarder(address))
const text = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constantFrom('10.0.0.1', '', ',', '[::', 'for=1.2.3.4'))

describe('whatever is written into X-Forwarded-For', () => {
  it('changes nothing about who is no forwarder', () => {
    fc.assert(fc.property(stranger, fc.array(text), (peer, said) => from(peer, said.join(',')) === peer))
  })

  it('does not reach over the address that our forwarder saw', () => {
    fc.assert(
      fc.property(fc.array(text), stranger, (said, real) => from('10.1.2.3', [...said, real].join(',')) === real),
    )
  })

  it('never throws, and never gives what is no address', () => {
    fc.assert(
      fc.property(fc.array(text), said => {
        expect(from('10.1.2.3', said.join(','))).toMatch(/^[\d.]+$|^[\da-f:.]+$/)
      }),
    )
  })
})

describe('a forwarder', () => {
  it.each([
    ['10.255.0.1', true],
    ['11.0.0.1', false],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['2001:db8:1::2', true],
    ['2001:db9::1', false],
    ['::ffff:10.0.0.1', true],
    ['', false],
    ['ours', false],
  ])('%s: %s', (address, expected) => {
    expect(isForwarder(address)).toBe(expected)
  })

  it('is nobody without a setting', () => {
    expect(forwarders([]).isForwarder('127.0.0.1')).toBe(false)
  })
})
