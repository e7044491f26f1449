import { Reply, type Socket } from 'zeromq'
import { ended } from './ended.ts'

/** What one process needs to speak CURVE, Z85 text of 40 characters each. */
export interface CurveKeys {
  readonly publicKey: string
  readonly secretKey: string
}

/** A process that connects also knows whom it expects. */
export interface CurveClient extends CurveKeys {
  readonly serverKey: string
}

/** The forwarder also knows who may come. */
export interface CurveServer extends CurveKeys {
  /** Name of the holder of a public key; `undefined` for strangers. Asked at each handshake. */
  readonly nameOf: (publicKey: string) => string | undefined
  /** Hears of each stranger that was turned away. */
  readonly onRefused: (address: string) => void
}

export const clientOptions = (curve: CurveClient | undefined): Partial<Socket> =>
  curve === undefined
    ? {}
    : ({
        curveServerKey: curve.serverKey,
        curvePublicKey: curve.publicKey,
        curveSecretKey: curve.secretKey,
      } as Partial<Socket>)

const DOMAIN = 'tickwire'

export const serverOptions = (curve: CurveServer | undefined): Partial<Socket> =>
  curve === undefined
    ? {}
    : ({
        curveServer: true,
        curvePublicKey: curve.publicKey,
        curveSecretKey: curve.secretKey,
        zapDomain: DOMAIN,
      } as Partial<Socket>)

/** Where every ZeroMQ socket of a process asks who may connect (ZeroMQ RFC 27). */
const ZAP_ADDRESS = 'inproc://zeromq.zap.01'

/**
 * Answers for all sockets of this process that ask, from before they listen until `close`. Encrypted without it, a port
 * would be open to everybody who knows its public key.
 */
export async function openGate({ nameOf, onRefused }: CurveServer): Promise<{ close(): Promise<void> }> {
  const socket = new Reply({ linger: 0 })
  const released = ended(socket)
  await socket.bind(ZAP_ADDRESS)
  const answer = async () => {
    for await (const [version, request, , address, , mechanism, key] of socket) {
      const name = mechanism?.toString() === 'CURVE' && key ? nameOf(z85(key)) : undefined
      if (name === undefined) onRefused(address?.toString() ?? '')
      const [code, text] = name === undefined ? ['400', 'unknown key'] : ['200', 'OK']
      await socket.send([version ?? '', request ?? '', code, text, name ?? '', ''])
    }
  }
  answer().catch((error: unknown) => {
    if (!socket.closed) throw error
  })
  const close = () => {
    socket.close()
    return released
  }
  return { close }
}

const Z85 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'

/** 32 bytes as ZeroMQ writes keys (its RFC 32): 40 characters. */
export function z85(bytes: Buffer): string {
  let text = ''
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    let value = bytes.readUInt32BE(at)
    let group = ''
    for (let digit = 0; digit < 5; digit++) {
      group = (Z85[value % 85] ?? '') + group
      value = Math.floor(value / 85)
    }
    text += group
  }
  return text
}

/** Whether a text can be a key. */
export const isCurveKey = (text: unknown): text is string =>
  typeof text === 'string' && text.length === 40 && Array.from(text).every(digit => Z85.includes(digit))
