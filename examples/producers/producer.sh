#!/bin/sh
# A producer on librdkafka's command line: producer.sh BROKERS TOPIC USER ITEM TYPE
# Without an eventId the event is known by what it says; without a time it is of its arrival.
printf '%s:{"userId":"%s","itemId":"%s","type":"%s"}\n' "$3" "$3" "$4" "$5" |
  kcat -P -b "$1" -t "$2" -K: -X partitioner=murmur2_random -X acks=all
