import { signal } from '@preact/signals'
import { kept, oneOf } from './settings.ts'

/** What the drawer has, from left to right. */
export const TABS = ['feeds', 'lag', 'log', 'playground', 'operator'] as const
export type Tab = (typeof TABS)[number]

/** What a telephone shows at a time; `more`: the drawer. */
export const PLACES = ['watch', 'depth', 'chart', 'more'] as const
export type Place = (typeof PLACES)[number]

export const tab = kept<Tab>('tab', 'feeds', oneOf(...TABS))
export const place = signal<Place>('watch')

/** Opens one of the drawer, wherever one looks now. */
export function showTab(wanted: Tab): void {
  tab.value = wanted
  place.value = 'more'
}
