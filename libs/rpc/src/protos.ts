import { fileURLToPath } from 'node:url'
import {
  loadSync,
  type MessageTypeDefinition,
  type PackageDefinition,
  type ServiceDefinition,
} from '@grpc/proto-loader'

/** The folder of all .proto files, which exists once. */
const ROOT = fileURLToPath(new URL('../../../protos', import.meta.url))

/** Strings, numbers and empty bytes are there when they were not sent: a handler never meets undefined. */
const OPTIONS = {
  longs: Number,
  defaults: true,
  arrays: true,
  objects: true,
  oneofs: true,
  includeDirs: [ROOT],
}

/** Loads .proto files, named from the folder `protos`: `explore/v1/first_stage.proto`. */
export const loadProtos = (...files: readonly string[]): PackageDefinition =>
  loadSync([...files], OPTIONS)

/** A service of loaded files by its full name; throws where they have none of that name. */
export const serviceOf = (protos: PackageDefinition, name: string): ServiceDefinition => {
  const found = protos[name]
  if (found === undefined || 'format' in found) throw new Error(`there is no service ${name}`)
  return found
}

/** A message of loaded files by its full name; throws where they have none of that name. */
export const messageOf = <T extends object>(
  protos: PackageDefinition,
  name: string,
): MessageTypeDefinition<T, T> => {
  const found = protos[name]
  if (found === undefined || !('serialize' in found)) throw new Error(`there is no message ${name}`)
  return found as unknown as MessageTypeDefinition<T, T>
}
