import { profileStoreContract } from './contracts/profile-store.ts'
import { memoryProfiles } from './memory-profiles.ts'

profileStoreContract('plain maps', async () => {
  const profiles = memoryProfiles()
  return {
    profiles,
    another: async () => profiles,
    reopen: async () => profiles,
    close: async () => {},
  }
})
