import { kept } from '../settings.ts'
import { DEPTHS } from './ladder.ts'

/** How deep a book is asked for. */
export const levels = kept<(typeof DEPTHS)[number]>('depth.levels', 5, value => DEPTHS.find(one => one === value))
