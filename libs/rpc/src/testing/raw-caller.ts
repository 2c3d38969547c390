import { setImmediate } from 'node:timers/promises'
import { ERRORS } from '@explore/explore'
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { errorOfStatus } from '../rpc-error.ts'

/** What became of a message. */
export type Outcome = 'served' | ServiceError

/** Of a flood: messages that are under way together, and how long one may take where two cores are many processes'. */
const AT_ONCE = 25
const PATIENCE = 120_000

/** Sends bytes that may be no message to a server in plain text. */
export const rawCaller = (address: string) => {
  const client = new Client(address.replace('grpc://', ''), credentials.createInsecure())
  const as = (message: Buffer): Buffer => message
  const send = (path: string, bytes: Buffer, most = 30_000): Promise<Outcome> =>
    new Promise(resolve => {
      client.makeUnaryRequest(path, as, as, bytes, { deadline: Date.now() + most }, failed =>
        resolve(failed ?? 'served'),
      )
    })
  return {
    send,
    /** Sends so many messages, some at once; resolves with how many were served, and rejects with an offence. */
    flood: async (path: string, message: () => Buffer, count: number): Promise<number> => {
      let served = 0
      const one = async (): Promise<void> => {
        const bytes = message()
        const outcome = await send(path, bytes, PATIENCE)
        const offence = offenceOf(outcome, bytes)
        if (offence !== undefined) throw new Error(offence)
        if (outcome === 'served') served++
      }
      for (let i = 0; i < count; i += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, one))
        // What was answered is let go of before more is asked.
        await setImmediate()
      }
      return served
    },
    close: (): void => client.close(),
  }
}

/** What is wrong with an outcome: all that is neither served nor refused with a code that tells why. */
export const offenceOf = (outcome: Outcome, bytes: Buffer): string | undefined => {
  if (outcome === 'served') return undefined
  // What is no message the library refuses by itself, and says so.
  if (outcome.code === status.INTERNAL && /deserial/i.test(outcome.details)) return undefined
  const told = outcome.metadata.get('grpc-status-details-bin').length > 0
  const { code } = errorOfStatus(outcome)
  if (told && Object.hasOwn(ERRORS, code) && code !== 'INTERNAL') return undefined
  return `${outcome.code} ${code} ${outcome.details}: ${bytes.toString('hex')}`
}
