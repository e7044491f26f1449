import { describe, expect, it } from 'vitest'
import { insideOf, isBlock, isVast } from '../../shared/network.ts'

describe('blocks of addresses', () => {
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
  ])('are more than any one network has: %s', (expected, blocks) => {
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

  it('hold no text that is no address', () => {
    const admits = insideOf(['0.0.0.0/0', '::/0'])
    for (const text of ['', 'localhost', '1.2.3', '1.2.3.4, 5.6.7.8', '%']) expect(admits(text)).toBe(false)
  })

  it.each([
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    'example.com',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '',
    '10.0.0.0/8 ',
    'fe80::1%eth0',
  ])('%j is none', text => expect(isBlock(text)).toBe(false))

  it('of an empty list hold nobody', () => {
    expect(insideOf([])('127.0.0.1')).toBe(false)
  })
})
