import { lookup } from 'node:dns/promises'
import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net'

const BITS = { ipv4: 32, ipv6: 128 } as const
const WIDTH = /^(?:0|[1-9]\d{0,2})$/
/** Where IPv6 has the IPv4 addresses. */
const MAPPED_FIRST = '::ffff:0:0'
const MAPPED_BITS = 96
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/

/**
 * One way to write each address: IPv6 in its shortest form and without a zone, IPv4 as such, also where the system maps
 * it into IPv6. `undefined` for what is no address.
 */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text
  const [address = ''] = text.split('%', 1)
  if (isIP(address) !== 6) return undefined
  return new SocketAddress({ address, family: 'ipv6' }).address.replace(MAPPED, '')
}

const familyOf = (address: string): keyof typeof BITS => (isIPv4(address) ? 'ipv4' : 'ipv6')

interface Block {
  readonly address: string
  readonly bits: number
  readonly family: keyof typeof BITS
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. An IPv4 block as IPv6 writes it is that, unless it holds more than IPv4. */
function readBlock(text: string): Block | undefined {
  const [before = '', width, ...more] = text.split('/')
  const address = before.includes('%') || more.length > 0 ? undefined : canonicalAddress(before)
  if (address === undefined || (width !== undefined && !WIDTH.test(width))) return undefined
  const family = familyOf(before)
  const bits = width === undefined ? BITS[family] : Number(width)
  if (bits > BITS[family]) return undefined
  if (family === familyOf(address)) return { address, bits, family }
  return bits < MAPPED_BITS ? { address: before, bits, family } : { address, bits: bits - MAPPED_BITS, family: 'ipv4' }
}

export const isBlock = (text: string): boolean => readBlock(text) !== undefined

/** Whether an address is in one of these blocks. What is no block is in none: `isBlock` tells which is. */
export function insideOf(blocks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const text of blocks) {
    const block = readBlock(text)
    if (block) list.addSubnet(block.address, block.bits, block.family)
  }
  return text => {
    const address = canonicalAddress(text)
    return address !== undefined && list.check(address, familyOf(address))
  }
}

/** Whether a block holds more than any one network has: below /8 of IPv4, below /32 of IPv6, or IPv4 as a whole. */
export function isVast(text: string): boolean {
  const block = readBlock(text)
  if (!block) return false
  const { address, bits, family } = block
  if (family === 'ipv4') return bits < 8
  const list = new BlockList()
  list.addSubnet(address, bits, family)
  return bits < 32 || (bits <= MAPPED_BITS && list.check(MAPPED_FIRST, family))
}

const isLoopbackAddress = insideOf(['127.0.0.0/8', '::1'])

/** Of a host as it stands in a URL or a setting: an address of this machine that nobody else can reach. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  return name === 'localhost' || isLoopbackAddress(name)
}

/** The first address that this host stands for and that others may reach; `undefined` when all are loopback, or none is known. */
export async function beyondLoopback(host: string): Promise<string | undefined> {
  if (canonicalAddress(host) !== undefined) return isLoopback(host) ? undefined : host
  // What cannot be resolved cannot be listened on either, which says so itself.
  const found = await lookup(host, { all: true }).catch(() => [])
  return found.find(({ address }) => !isLoopback(address))?.address
}
