// Loaded before everything else of a process (`node --import`): its wall clock is ahead by what a file says, its monotonic
// clock is not touched, as when a machine's clock is set.
import { readFileSync } from 'node:fs'

const file = process.env.CHAOS_CLOCK_FILE
const real = Date.now
let ahead = 0

Date.now = () => real() + ahead

if (file)
  setInterval(() => {
    try {
      ahead = Number(readFileSync(file, 'utf8')) || 0
    } catch {
      ahead = 0
    }
  }, 50).unref()
