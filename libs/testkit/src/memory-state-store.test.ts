import { stateStoreContract } from './contracts/state-store.ts'
import { memoryStateStore } from './memory-state-store.ts'

stateStoreContract('plain maps', async () => {
  const state = memoryStateStore()
  return { state, another: async () => state, reopen: async () => state, close: async () => {} }
})
