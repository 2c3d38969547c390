import { eventLogContract } from './contracts/event-log.ts'
import { memoryEventLog } from './memory-event-log.ts'

eventLogContract('an array', async () => {
  const log = memoryEventLog()
  return { log, another: async () => log, reopen: async () => log, close: async () => {} }
})
