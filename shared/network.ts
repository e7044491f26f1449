import { lookup } from 'node:dns/promises'
import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net'

const BITS = { ipv4: 32, ipv6: 128 } as const
const WIDTH = /^(?:0|[1-9]\d{0,2})$/
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

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. */
function readBlock(text: string): { readonly address: string; readonly bits: number } | undefined {
  const [before = '', width, ...more] = text.split('/')
  const address = before.includes('%') ? undefined : canonicalAddress(before)
  if (address === undefined || more.length > 0) return undefined
  const most = BITS[familyOf(address)]
  if (width === undefined) return { address, bits: most }
  const bits = WIDTH.test(width) ? Number(width) : Number.POSITIVE_INFINITY
  // The width of a mapped address would count other bits.
  return bits <= most && (most === BITS.ipv6 || isIPv4(before)) ? { address, bits } : undefined
}

export const isBlock = (text: string): boolean => readBlock(text) !== undefined

/** Whether an address is in one of these blocks. What is no block is in none: `isBlock` tells which is. */
export function insideOf(blocks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const text of blocks) {
    const block = readBlock(text)
    if (block) list.addSubnet(block.address, block.bits, familyOf(block.address))
  }
  return text => {
    const address = canonicalAddress(text)
    return address !== undefined && list.check(address, familyOf(address))
  }
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
