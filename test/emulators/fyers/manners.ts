import type { Scale } from './hsmframe.ts'

/** What this broker alone does wrong, or otherwise, until it is healed. */
export interface Manners {
  /** Requests on the price socket are left without an answer. */
  isTongueTied: boolean
  /** So many logins on the price socket are refused, and the socket is left open. */
  refusedLogins: number
  /** So many other requests on the price socket are refused. */
  refusedRequests: number
  /** How many data frames until an acknowledgement; 0: none, and no message numbers. Of logins from now on. */
  interval: number
  /** Whoever leaves so many acknowledgements out is cut off. */
  patience: number
  /** The account has deep books; else their socket opens and never says anything of them. */
  isEntitled: boolean
  /** Differences of deep books hold nothing but the levels that changed: only their numbers say which. */
  isSparse: boolean
  /** By place: how its prices are to be read, where it is not as usual. */
  readonly scales: Map<string, Scale>
}

export const GOOD_MANNERS = {
  isTongueTied: false,
  refusedLogins: 0,
  refusedRequests: 0,
  interval: 2,
  patience: Number.POSITIVE_INFINITY,
  isEntitled: true,
  isSparse: false,
} satisfies Omit<Manners, 'scales'>
