import { BlockList, isIP } from 'node:net'

interface Block {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. `undefined` for what is neither. */
function readBlock(text: string): Block | undefined {
  const [, address = '', length] = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  if (version === 0) return undefined
  const bits = version === 4 ? 32 : 128
  const prefix = length === undefined ? bits : Number(length)
  if (prefix > bits) return undefined
  const [, plain] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  // An IPv4 block as IPv6 writes it, unless it holds more than IPv4.
  if (plain !== undefined && prefix >= 96) return { address: plain, prefix: prefix - 96, family: 'ipv4' }
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** The first IPv4 address as IPv6 writes it. */
const MAPPED = '::ffff:0:0'

/** Whether a block holds more than any one network has: below /8 of IPv4, below /32 of IPv6, or IPv4 as a whole. */
export function isVast(text: string): boolean {
  const block = readBlock(text)
  if (!block) return false
  if (block.family === 'ipv4') return block.prefix < 8
  const { address, prefix } = block
  const isMapped = prefix > 96 ? compileBlocks([`${MAPPED}/96`])(address) : compileBlocks([text])(MAPPED)
  return prefix < 32 || (isMapped && prefix < 96 + 8)
}

export const isBlock = (text: string): boolean => readBlock(text) !== undefined

/** Whether an address is in one of the blocks; what is no address never is. An IPv4 address counts also where IPv6 maps it. */
export function compileBlocks(blocks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList()
  for (const text of blocks) {
    const block = readBlock(text)
    if (block) list.addSubnet(block.address, block.prefix, block.family)
  }
  return (given = '') => {
    const [address = ''] = given.split('%', 1)
    const version = isIP(address)
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
  }
}
