"""Notes every address that a program's Python and Node processes look up or connect to."""

from pathlib import Path

from tests.end_to_end.quick_records import sitecustomize

_PYTHON = """
import os, sys

def note(event, arguments):
    address = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}.get(event)
    if address is None:
        return
    host = arguments[address][0] if isinstance(arguments[address], tuple) else arguments[address]
    if event.endswith(("connect", "sendto")) and not isinstance(arguments[address], tuple):
        return  # a socket of the file system
    with open(os.environ["ADDRESSES_ASKED_FOR"], "a") as notes:
        notes.write(f"python {event} {host}\\n")

sys.addaudithook(note)
note("socket.gethostbyname", ("watched.invalid",))
"""

_NODE = """
const fs = require('fs');
const note = (what, host) => fs.appendFileSync(process.env.ADDRESSES_ASKED_FOR, `node ${what} ${host}\\n`);
const net = require('net'), dns = require('dns');
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
    const [to] = Array.isArray(given[0]) ? given[0] : given;
    if (!(to && to.path)) note('connect', (to && to.host) || given[1] || 'localhost');
    return connect.apply(this, given);
};
const lookup = dns.lookup;
dns.lookup = function (host, ...rest) { note('lookup', host); return lookup.call(this, host, ...rest); };
note('lookup', 'watched.invalid');
"""


def watched(folder: Path) -> dict[str, str]:
    """Environment variables that make programs write down their addresses in the file `addresses` of the folder.

    Each process begins with the address `watched.invalid`, so that a watch that does not work is noticed.
    """
    # Python loads one file of this name only.
    quick_records = Path(sitecustomize.__file__).read_text(encoding="utf-8")
    (folder / "sitecustomize.py").write_text(_PYTHON + quick_records, encoding="utf-8")
    (folder / "watch.cjs").write_text(_NODE, encoding="utf-8")
    return {
        "PYTHONPATH": str(folder),
        "NODE_OPTIONS": f"--require {folder / 'watch.cjs'}",
        "ADDRESSES_ASKED_FOR": str(folder / "addresses"),
    }
