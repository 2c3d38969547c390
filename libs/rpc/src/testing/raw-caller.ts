import { ERRORS } from '@explore/explore'
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { errorOfStatus } from '../rpc-error.ts'

/** What became of a message. */
export type Outcome = 'served' | ServiceError

/** Sends bytes that may be no message to a server in plain text. */
export const rawCaller = (address: string) => {
  const client = new Client(address.replace('grpc://', ''), credentials.createInsecure())
  const as = (message: Buffer): Buffer => message
  return {
    send: (path: string, bytes: Buffer, most = 30_000): Promise<Outcome> =>
      new Promise(resolve => {
        client.makeUnaryRequest(path, as, as, bytes, { deadline: Date.now() + most }, failed =>
          resolve(failed ?? 'served'),
        )
      }),
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
