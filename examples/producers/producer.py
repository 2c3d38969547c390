"""A producer in Python: python producer.py BROKERS TOPIC USER ITEM TYPE"""

import json
import sys
import time
import uuid

from kafka import KafkaProducer

brokers, topic, user, item, kind = sys.argv[1:]
# Its default partitioner is murmur2, as Java's: a user's events belong into one partition.
producer = KafkaProducer(bootstrap_servers=brokers.split(","), acks="all")
# Sent again with the same eventId, an event counts once.
event = {
    "eventId": str(uuid.uuid4()),
    "userId": user,
    "itemId": item,
    "type": kind,
    "time": int(time.time() * 1000),
}
producer.send(topic, key=user.encode(), value=json.dumps(event).encode())
producer.flush()
producer.close()
