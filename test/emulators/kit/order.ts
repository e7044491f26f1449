import { z } from 'zod'

/** What `POST /emulator/<name>` does to an emulator. */
export interface Order<Emulator> {
  readonly about: string
  /** A body to show, where an order needs one or may have one. */
  readonly example?: string
  /** What it gives back is told to the caller, where it is an object. */
  run(emulator: Emulator, body: unknown): unknown
}

/** By name. */
export type Orders<Emulator> = Readonly<Record<string, Order<Emulator>>>

export const order = <Emulator, Shape extends z.ZodType>(
  about: string,
  shape: Shape,
  run: (emulator: Emulator, options: z.infer<Shape>) => unknown,
  example?: string,
): Order<Emulator> => ({
  about,
  ...(example === undefined ? {} : { example }),
  run: (emulator, body) => run(emulator, shape.parse(body)),
})

/** Fields of a body. */
export const aim = { connection: z.int().min(0).optional(), stream: z.string().optional() }
export const seconds = z.number().positive()
export const lasting = z.strictObject({ seconds: seconds.optional() })
export const nothing = z.strictObject({})
export const aimed = z.strictObject(aim)
