import { eventLogContract } from './contracts/event-log.ts'
import { memoryEventLog } from './memory-event-log.ts'

for (const partitions of [1, 4]) {
  eventLogContract(`arrays, ${partitions}`, async () => {
    const log = memoryEventLog(partitions)
    return { log, another: async () => log, reopen: async () => log, close: async () => {} }
  })
}
