# The official Python client, as its documentation shows it.
import json
import sys
import time

from temba_client.v2 import TembaClient

client = TembaClient(sys.argv[1].rstrip("/"), "benchmark")
count = int(sys.argv[2])
written = 0
started = time.perf_counter()
for index in range(count):
    client.update_contact(
        "tel:+25078%07d" % index,
        name="Person %d" % index,
        language="fra" if index % 3 == 0 else "eng",
        fields={"age": str(18 + index % 30), "clinic": "Clinic %d" % (index % 40), "visits": "3"},
    )
    written += 1
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "written": written}))
