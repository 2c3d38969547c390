// A producer in Node: node producer.mjs BROKERS TOPIC USER ITEM TYPE
import { randomUUID } from 'node:crypto'
import { Kafka, logLevel, Partitioners } from 'kafkajs'

const [brokers, topic, userId, itemId, type] = process.argv.slice(2)
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.ERROR })
// murmur2, as Java's default: a user's events belong into one partition.
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
await producer.connect()
// Sent again with the same eventId, an event counts once.
const event = { eventId: randomUUID(), userId, itemId, type, time: Date.now() }
await producer.send({ topic, acks: -1, messages: [{ key: userId, value: JSON.stringify(event) }] })
await producer.disconnect()
