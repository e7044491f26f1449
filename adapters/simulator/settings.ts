import { z } from 'zod'

/** A command line gives text where a configuration file gives a number. */
const digits = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value

const whole = (least: number, most: number, what: string) => {
  const error = `must be ${what}, a whole number from ${least} to ${most}`
  return z.preprocess(digits, z.int({ error }).min(least, { error }).max(most, { error }))
}

export const settings = z.strictObject({
  /** Same seed, same ticks. */
  seed: whole(0, 2 ** 32 - 1, 'the seed of the simulated exchange').default(1),
  /** Of all instruments together. At the default every instrument moves within about four seconds. */
  rate: whole(1, 100_000, 'ticks per second').default(250),
})

export type Settings = z.infer<typeof settings>
