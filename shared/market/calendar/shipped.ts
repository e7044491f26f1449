import { type Calendar, createCalendar } from './calendar.ts'
import india from './india.json' with { type: 'json' }
import { type CalendarData, calendarSchema } from './schema.ts'

/** The data Tickwire comes with: the exchanges of India. What was not found is left unknown, never guessed. */
export const shippedData: CalendarData = calendarSchema.parse(india)

/** The calendar Tickwire comes with. */
export const shippedCalendar: Calendar = createCalendar(shippedData)
