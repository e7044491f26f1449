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

/** The error of the family that a promise rejects with; anything else fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<TickwireError> {
  const outcome = await promise.then(
    () => new Error('Nothing was thrown'),
    (error: unknown) => error,
  )
  if (outcome instanceof TickwireError) return outcome
  throw outcome
}
