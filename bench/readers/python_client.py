# The official Python client, as its documentation shows it.
import json
import sys
import time

from temba_client.v2 import TembaClient

client = TembaClient(sys.argv[1].rstrip("/"), "benchmark")
started = time.perf_counter()
contacts = client.get_contacts().all()
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "records": len(contacts)}))
