import { TickwireError } from '../../shared/errors.ts'

/** The error of the family that `act` throws; anything else fails the test. */
export function failure(act: () => unknown): TickwireError {
  try {
    act()
  } catch (error) {
    if (error instanceof TickwireError) return error
    throw error
  }
  throw new Error('Nothing was thrown')
}
