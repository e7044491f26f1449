/** What a client of the extended protocol asked for in `authenticate`; a classic client has none of it. */
export interface Features {
  /** `seq`, `epoch` and `snapshot` on every frame. */
  readonly seq: boolean
  /** How many publications a frame stands for, on every frame. */
  readonly count: boolean
  /** A message for every hole in a topic. */
  readonly gap: boolean
  /** The ticks of one write as one JSON array. */
  readonly batch: boolean
  /** A message when this client is folded, caught up, or closed for being slow. */
  readonly slow: boolean
  /** What it holds is kept for a while after it has gone. */
  readonly resume: boolean
  /** A message when an instrument it holds stands otherwise than before: live, quiet, suspect, … */
  readonly state: boolean
  /** A message when another of the key's feeds serves an instrument than before. */
  readonly source: boolean
  /** A message before the server goes, or restarts. */
  readonly shutdown: boolean
  /** When it was received, published and passed on here, on each frame. */
  readonly stamps: boolean
  /** The last ticks of a topic before its last value, marked, when it is subscribed. */
  readonly recent: boolean
}

type Feature = keyof Features

/** In the order they are granted in the reply. */
export const FEATURES = [
  'seq',
  'count',
  'gap',
  'batch',
  'slow',
  'resume',
  'state',
  'source',
  'shutdown',
  'stamps',
  'recent',
] as const satisfies readonly Feature[]

const features = (has: (feature: Feature) => boolean): Features =>
  Object.fromEntries(FEATURES.map(name => [name, has(name)])) as unknown as Features

export const CLASSIC: Features = features(() => false)

/**
 * Reads `features` of an `authenticate` message: `undefined` when it asks for none, a text that says what is wrong with
 * it. Names this proxy does not know are left out: a newer client must be able to ask for what an older proxy lacks.
 */
export function readFeatures(value: unknown): Features | string | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) return `features must be an array of names: ${FEATURES.join(', ')}`
  const names: ReadonlySet<unknown> = new Set(value)
  return features(feature => names.has(feature))
}

/** The names of what is granted, as the reply lists them. */
export const featureNames = (features: Features): Feature[] => FEATURES.filter(name => features[name])
