"""Makes the requests for prices that OpenAlgo's library for Python makes (openalgo/data.py), and reads the answers as it does.

Written for this project after the library's public source, because the library itself cannot be had here:
the address is HOST/api/v1/NAME, the key stands in the JSON body, and any status but 200 becomes an error of its own.
"""

import json
import sys

import httpx
import requests

host, key, *symbols = sys.argv[1:]
headers = {"Content-Type": "application/json"}


def ask(post, endpoint, **payload):
    answer = post(f"{host}/api/v1/{endpoint}", json={"apikey": key, **payload}, headers=headers, timeout=30)
    if answer.status_code != 200:
        message = f"HTTP {answer.status_code}: {answer.text}"
        return {"status": "error", "message": message, "code": answer.status_code, "error_type": "http_error"}
    return answer.json()


def tell(post):
    return {
        "quotes": ask(post, "quotes", symbol=symbols[0], exchange="NSE"),
        "depth": ask(post, "depth", symbol=symbols[0], exchange="NSE"),
        "multiquotes": ask(post, "multiquotes", symbols=[{"symbol": one, "exchange": "NSE"} for one in symbols]),
        "unknown": ask(post, "quotes", symbol="NOSUCH", exchange="NSE"),
    }


# The library has used both.
print(json.dumps([tell(httpx.post), tell(requests.post)]))
