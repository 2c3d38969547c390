import { ExploreError } from '@explore/explore'
import { messageOf } from '../protos.ts'
import { stageProtos } from '../stages/messages.ts'

/** A decoded message, with its fields in camel case. */
export type Message = Readonly<Record<string, unknown>>

const BRACE = 0x7b
/** What gRPC puts before a message: a byte that says whether it is compressed, and its length. */
const FRAME = 5

/**
 * A message of the stages by the name that its .proto has, from what was recorded of it: its bytes, a frame of gRPC
 * with them, or JSON as grpcurl prints it. Throws MESSAGE_INVALID.
 */
export const readMessage = (name: string, recorded: Uint8Array): Message => {
  const message = messageOf<Message>(stageProtos, `explore.v1.${name}`)
  try {
    const bytes =
      recorded.find(byte => byte > 0x20) === BRACE
        ? message.serialize(jsonOf(recorded))
        : unframed(Buffer.from(recorded))
    return message.deserialize(bytes)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ExploreError('MESSAGE_INVALID', `this is no ${name}: ${why}`, {
      hint: 'give the message as bytes, or as the JSON that grpcurl prints',
      cause,
    })
  }
}

/** Names may be written as in the .proto or as in JSON. */
const jsonOf = (recorded: Uint8Array): Message =>
  JSON.parse(
    Buffer.from(recorded)
      .toString()
      .replace(/"\w+":/g, key =>
        key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      ),
  ) as Message

/** No message begins with a byte of 0, which would be a field without a number. */
const unframed = (bytes: Buffer): Buffer => {
  if (bytes.length < FRAME || bytes[0]! > 1 || bytes.readUInt32BE(1) !== bytes.length - FRAME) {
    return bytes
  }
  if (bytes[0] === 1) throw new Error('it is compressed')
  return bytes.subarray(FRAME)
}
