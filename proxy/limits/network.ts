import { isIPv6 } from 'node:net'
import { plainAddress } from '../visitor.ts'

const GROUPS = 8
const NETWORK_GROUPS = 4

/**
 * What limits by address count as one: an IPv4 address, or the first 64 bits of an IPv6 one, all of which one customer
 * has. What is neither stands for itself.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address)
  if (!isIPv6(plain)) return plain
  const [bare = ''] = plain.split('%', 1)
  const [head = '', tail] = bare.split('::', 2)
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  // The last 32 bits may be written as an IPv4 address: two groups in one.
  const written = front.length + back.length + (bare.includes('.') ? 1 : 0)
  const zeros = tail === undefined ? 0 : GROUPS - written
  const groups = [...front, ...Array.from({ length: zeros }, () => '0'), ...back]
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
