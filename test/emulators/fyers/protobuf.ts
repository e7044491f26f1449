/** Bytes of protobuf fields ("Protocol Buffers documentation, Encoding"): what is left out has no bytes. */

const NOTHING = Buffer.alloc(0)

/** Seven bits a byte, the lowest first; a negative number is one of 64 bits, and takes ten bytes. */
function varint(value: number | bigint): Buffer {
  const bytes: number[] = []
  let left = BigInt.asUintN(64, BigInt(value))
  do {
    const bits = Number(left & 0x7fn)
    left >>= 7n
    bytes.push(left > 0n ? bits | 0x80 : bits)
  } while (left > 0n)
  return Buffer.from(bytes)
}

/** A number or a truth; 0 and false are left out, as they are what is read of a field that is not there. */
export const numberField = (field: number, value: number | bigint | boolean | undefined): Buffer =>
  value ? Buffer.concat([varint(field << 3), varint(Number(value) === 1 ? 1 : BigInt(value))]) : NOTHING

/** A message that is there, perhaps with nothing in it. */
export const messageField = (field: number, parts: readonly Buffer[] | undefined): Buffer => {
  if (parts === undefined) return NOTHING
  const bytes = Buffer.concat(parts)
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes])
}

export const textField = (field: number, value: string | undefined): Buffer =>
  value ? messageField(field, [Buffer.from(value)]) : NOTHING

/** A number in a wrapper of its own (Int64Value and its kind): 0 is an empty wrapper, which is not the same as none. */
export const wrapperField = (field: number, value: number | bigint | undefined): Buffer =>
  messageField(field, value === undefined ? undefined : [numberField(1, value)])
