import { unzipSync } from 'fflate'
import { crc32 } from '../../shared/checksum.ts'
import { malformed } from './list.ts'

/** Of all files of one archive, unpacked. The largest list of the family is about 10 MB. */
const LARGEST = 256 * 2 ** 20

const DIRECTORY_END = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50

const isZip = (body: Uint8Array): boolean => body[0] === 0x50 && body[1] === 0x4b

/** The files in an archive; what is no archive is itself the file. Throws INSTRUMENTS_MALFORMED. */
export function unpack(body: Uint8Array, largest = LARGEST): Uint8Array[] {
  if (!isZip(body)) return [body]
  const names: string[] = []
  const files = inflate(body, largest, name => names.push(name))
  const sums = readSums(body)
  return names
    .map((name, at) => {
      const file = files[name]
      // A digit of a token that has flipped would be another instrument under a right name.
      if (!file || crc32(file) !== sums[at]) throw malformed('its archive is damaged')
      return file
    })
    .filter(file => file.length > 0)
}

function inflate(body: Uint8Array, largest: number, named: (name: string) => void): Record<string, Uint8Array> {
  let total = 0
  try {
    return unzipSync(body, {
      filter({ name, originalSize }) {
        total += originalSize
        if (total > largest) throw malformed(`its archive holds more than ${largest} bytes, which is the limit`)
        named(name)
        return true
      },
    })
  } catch (error) {
    throw error instanceof Error && error.name === 'TickwireError' ? error : malformed('its archive is damaged')
  }
}

/** The checksums of the directory, in its order (PKWARE APPNOTE, 4.3.12 and 4.3.16), which the library does not tell. */
function readSums(body: Uint8Array): number[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const sums: number[] = []
  const end = findEnd(view)
  let at = end === undefined ? view.byteLength : view.getUint32(end + 16, true)
  while (at + 46 <= view.byteLength && view.getUint32(at, true) === DIRECTORY_ENTRY) {
    sums.push(view.getUint32(at + 16, true))
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return sums
}

function findEnd(view: DataView): number | undefined {
  for (let at = view.byteLength - 22; at >= 0; at--) if (view.getUint32(at, true) === DIRECTORY_END) return at
  return undefined
}
