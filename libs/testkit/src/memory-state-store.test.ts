import { stateStoreContract } from './contracts/state-store.ts'
import { sweptValuesContract } from './contracts/swept-values.ts'
import { memoryStateStore } from './memory-state-store.ts'

const open = async () => {
  const state = memoryStateStore()
  return { state, another: async () => state, reopen: async () => state, close: async () => {} }
}
stateStoreContract('plain maps', open)
sweptValuesContract('plain maps', open)
