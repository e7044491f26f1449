"""Publishes a moving price on the Tickwire bus in the plain form: [TOPIC, JSON]. Needs python3-zmq."""

import argparse
import json
import os
import random
import sys
import time

try:
    import zmq
except ImportError:
    sys.exit("python3-zmq is missing: run apt-get install python3-zmq, then start this with /usr/bin/python3")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("address", nargs="?", help="where the bus takes messages; else TICKWIRE_BUS, else the default folder")
parser.add_argument("--feed", default="PYDEMO", help="name the feed is registered under")
parser.add_argument("--curve-key", help="for a bus over TCP: file that `tickwire bus keys --for NAME` made")
parser.add_argument("--curve-server", help="public key that `tickwire bus keys` lists, behind an =: it may begin with a hyphen")
parser.add_argument("--pause", type=float, default=0.5, help="seconds between two prices")
options = parser.parse_args()
default = "ipc://" + os.path.expanduser("~/.tickwire/run/bus-publish")

socket = zmq.Context().socket(zmq.PUB)
socket.setsockopt(zmq.IMMEDIATE, 1)  # while the bus is away prices vanish, so none arrives late
socket.setsockopt(zmq.LINGER, 0)
if options.curve_key:
    with open(options.curve_key) as file:
        pair = json.load(file)
    socket.curve_publickey = pair["publicKey"].encode()
    socket.curve_secretkey = pair["secretKey"].encode()
    socket.curve_serverkey = options.curve_server.encode()
socket.connect(options.address or os.environ.get("TICKWIRE_BUS") or default)

ltp, volume = 68000.0, 0
while True:
    ltp = round(ltp + random.choice((-0.5, 0, 0.5)), 1)
    volume += 10
    tick = {"ltp": ltp, "timestamp": int(time.time() * 1000)}
    quote = {**tick, "open": 67810.5, "close": 67640.0, "volume": volume}
    for mode, data in (("LTP", tick), ("QUOTE", quote)):
        socket.send_multipart([f"{options.feed}_CRYPTO_BTCUSDFUT_{mode}".encode(), json.dumps(data).encode()])
    time.sleep(options.pause)
