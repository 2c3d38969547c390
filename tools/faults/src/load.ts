import type { Event, EventLog } from '@explore/explore'
import { randomOf } from '@explore/explore'
import { randomEvents } from '@explore/testkit/oracle'

export const USERS = 40
export const ITEMS = 60
/** How often events are sent, and how many at a time. */
const EVERY = 40
const BATCH = 25

/** An open-loop producer: sends what is due whatever becomes of it, and knows what was acknowledged. */
export const startLoad = (log: EventLog, seed: string) => {
  const random = randomOf(`load ${seed}`)
  const acknowledged: string[] = []
  let sent: Event[] = []
  let failed = 0
  let batches = 0
  const under = new Set<Promise<void>>()

  const send = (events: readonly Event[], sound = true): void => {
    if (sound) sent = [...sent, ...events].slice(-500)
    const sending = log
      .append(events)
      .then(() => void (sound && acknowledged.push(...events.map(({ eventId }) => eventId))))
      .catch(() => void failed++)
    under.add(sending)
    void sending.finally(() => under.delete(sending))
  }
  const some = (shape: { readonly repeated?: number; readonly unsound?: number } = {}): Event[] =>
    randomEvents(`${seed}.${batches++}`, BATCH, { users: USERS, items: ITEMS, ...shape })

  const timer = setInterval(() => send(some({ repeated: 0.04 })), EVERY)

  return {
    /** Sends again some of the last events: a producer that did not hear of their acknowledgement. */
    twice: (): void => send(sent.slice(-1 - Math.floor(random() * 200))),
    /** Sends a batch from the last event to the first. */
    outOfOrder: (): void => send(some().toReversed()),
    /** Sends events that cannot be folded among others; a log may put them aside when it is read. */
    poison: (): void => send(some({ unsound: 0.6 }), false),
    acknowledged: (): readonly string[] => acknowledged,
    failed: (): number => failed,
    /** Resolves when all that was sent has its answer. */
    stop: async (): Promise<void> => {
      clearInterval(timer)
      await Promise.all(under)
    },
  }
}
