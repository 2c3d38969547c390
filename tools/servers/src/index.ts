export { cacheFolder } from './cache-folder.ts'
export { freePort } from './free-port.ts'
export { hasCommand } from './has-command.ts'
export {
  type KafkaNode,
  type KafkaOptions,
  type KafkaServer,
  startKafka,
  whyNoKafka,
} from './kafka-server.ts'
export { once } from './once.ts'
export {
  type RedisNode,
  type RedisOptions,
  type RedisServer,
  startRedis,
  whyNoRedis,
} from './redis-server.ts'
