import fs from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { Server } from '@grpc/grpc-js'
import { nextProto } from './next-proto.ts'

/** What each new field holds, in every message that the next version sends. */
const NOTE = 'of the next version'
const COLUMN = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)

interface NextMessage {
  nextNote?: string
  nextColumn?: Uint8Array
}

/** What this uses of a message type of protobufjs, which makes its coders with its first message. */
interface MessageType {
  readonly name: string
  readonly fields: Readonly<Record<string, unknown>>
  encode: (message: NextMessage, writer?: unknown) => unknown
  decode: (reader: unknown, length?: number) => NextMessage
}

/** The one of the loader of .proto files, which is a version of its own. */
const THEIRS = 'protobufjs'
const { Type } = createRequire(createRequire(import.meta.url).resolve('@grpc/proto-loader'))(
  THEIRS,
) as { readonly Type: { readonly prototype: { setup: (this: MessageType) => MessageType } } }

const noted = new Set<string>()
const plain = new Set<string>()

/** Of the messages that the next version has read by now: those of its own, and those of the version before. */
export const readByNext = (): Readonly<Record<'own' | 'older', readonly string[]>> => ({
  own: [...noted].sort(),
  older: [...plain].sort(),
})

/**
 * From now on .proto files are read as the next version has them, and what is loaded of them has a value in each new
 * field, and answers each new method. What was loaded before stays as it is: both versions may be in one process.
 * Returns what ends it.
 */
export const readNextProtos = (): (() => void) => {
  const { readFileSync } = fs
  const reading = (path: fs.PathOrFileDescriptor, ...rest: never[]): string | Buffer => {
    const read: string | Buffer = readFileSync(path, ...rest)
    if (!/explore\/v1\/\w+\.proto$/.test(String(path))) return read
    const text = nextProto(read.toString())
    return typeof read === 'string' ? text : Buffer.from(text)
  }
  const becomes = (read: typeof fs.readFileSync): void => {
    fs.readFileSync = read
    syncBuiltinESMExports()
  }
  becomes(reading as typeof fs.readFileSync)
  return () => becomes(readFileSync)
}

const { setup } = Type.prototype
Type.prototype.setup = function () {
  setup.call(this)
  if (!Object.hasOwn(this.fields, 'nextNote')) return this
  const { name, encode, decode } = this
  this.encode = (message, writer) => {
    Object.assign(message, { nextNote: NOTE, nextColumn: COLUMN })
    return encode.call(this, message, writer)
  }
  this.decode = (reader, length) => {
    const message = decode.call(this, reader, length)
    const own = message.nextNote === NOTE && message.nextColumn?.length === COLUMN.length
    const read = own ? noted : plain
    read.add(name)
    return message
  }
  return this
}

const { addService } = Server.prototype
Server.prototype.addService = function (definition, handlers) {
  const added = Object.keys(definition).filter(method => method.startsWith('Next'))
  const answer = (_: unknown, callback: (error: null, answer: object) => void): void =>
    callback(null, {})
  addService.call(this, definition, {
    ...handlers,
    ...Object.fromEntries(added.map(method => [method, answer])),
  })
}
