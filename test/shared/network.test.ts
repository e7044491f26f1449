import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beyondLoopback, canonicalAddress, insideOf, isBlock, isLoopback, isVast } from '../../shared/network.ts'

describe('an address', () => {
  it('is written in one way', () => {
    expect(canonicalAddress('2001:DB8:0:0::1')).toBe('2001:db8::1')
    expect(canonicalAddress('::ffff:192.0.2.1')).toBe('192.0.2.1')
    expect(canonicalAddress('::ffff:c000:201')).toBe('192.0.2.1')
    expect(canonicalAddress('fe80::1%eth0')).toBe('fe80::1')
    for (const none of ['', 'localhost', '1.2.3', '1.2.3.4.5', '01.2.3.4', '[::1]'])
      expect(canonicalAddress(none)).toBeUndefined()
  })
})

describe('a block', () => {
  it.each(['10.0.0.0/8', '0.0.0.0/0', '192.0.2.1', '192.0.2.1/32', '::/0', '2001:db8::/32', '::1', '::ffff:10.0.0.1'])(
    '%s is one',
    text => expect(isBlock(text)).toBe(true),
  )

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/1e1',
    '10.0.0.0/8 ',
    '10.0.0/8',
    '::/129',
    'fe80::1%eth0',
    'x/8',
    'localhost',
    'example.com',
  ])('%j is none', text => expect(isBlock(text)).toBe(false))

  it.each<[boolean, readonly string[]]>([
    [
      true,
      [
        '0.0.0.0/0',
        '128.0.0.0/1',
        '10.0.0.0/7',
        '::/0',
        '2000::/3',
        '2001:db8::/31',
        '::ffff:0:0/96',
        '::ffff:a00:0/103',
        '::/64',
      ],
    ],
    [
      false,
      ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', 'fd00::/64', '::1', '::ffff:10.0.0.0/104', '::ffff:a00:0/104', 'no'],
    ],
  ])('is more than any one network has: %s', (expected, blocks) => {
    expect(blocks.filter(block => isVast(block) !== expected)).toEqual([])
  })

  it.each([
    ['10.0.0.0/8', ['10.0.0.1', '10.255.255.255', '::ffff:10.1.2.3'], ['11.0.0.1', '::1', 'fd00::1']],
    ['192.168.1.7', ['192.168.1.7', '::ffff:192.168.1.7'], ['192.168.1.8']],
    ['::ffff:192.168.1.0/120', ['192.168.1.9', '::ffff:192.168.1.9'], ['192.168.2.9']],
    ['2001:db8::/32', ['2001:db8::1', '2001:0db8:ffff::'], ['2001:db9::1', '10.0.0.1']],
    ['fe80::/10', ['fe80::1%eth0'], ['fc00::1%eth0']],
    ['0.0.0.0/0', ['1.2.3.4', '::ffff:1.2.3.4'], ['::1']],
  ])('%s holds what it says', (block, inside, outside) => {
    const admits = insideOf([block])
    expect(inside.filter(address => !admits(address))).toEqual([])
    expect(outside.filter(admits)).toEqual([])
  })

  it('holds no text that is no address', () => {
    const admits = insideOf(['0.0.0.0/0', '::/0'])
    for (const text of ['', 'localhost', '1.2.3', '1.2.3.4, 5.6.7.8', '%']) expect(admits(text)).toBe(false)
  })

  it('is nobody’s where there is none', () => {
    expect(insideOf([])('127.0.0.1')).toBe(false)
  })

  it('holds exactly the addresses that begin like it', () => {
    const bitsOf = (address: string) => address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (block, address, bits) => {
        const rest = BigInt(32 - bits)
        expect(insideOf([`${block}/${bits}`])(address)).toBe(bitsOf(block) >> rest === bitsOf(address) >> rest)
      }),
    )
  })
})

describe('loopback', () => {
  it.each(['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost', 'LOCALHOST', '::ffff:127.0.0.1'])('%s is', host =>
    expect(isLoopback(host)).toBe(true),
  )

  it.each(['0.0.0.0', '::', '127.0.0.1.example.com', 'localhost.example.com', '128.0.0.1', ''])('%s is not', host =>
    expect(isLoopback(host)).toBe(false),
  )

  it('is asked of the system for a name', async () => {
    expect(await beyondLoopback('localhost')).toBeUndefined()
    expect(await beyondLoopback('0.0.0.0')).toBe('0.0.0.0')
    expect(await beyondLoopback('::')).toBe('::')
    expect(await beyondLoopback('no-such-host.invalid')).toBeUndefined()
  })
})
