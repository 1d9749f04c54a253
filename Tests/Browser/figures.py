"""What each cell must read for a server's value, written a second time and not in TypeScript."""

from datetime import datetime, timezone
from decimal import ROUND_HALF_UP, Decimal

UNKNOWN = "–"
UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]


def fixed(value, digits):
    return str(Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def short(value):
    return fixed(value, 1 if value < 9.95 else 0)


def power(count):
    exponent = 0
    while count >= 999.5 and exponent < len(UNITS) - 1:
        count /= 1024
        exponent += 1
    return exponent


def size(value):
    if value is None:
        return UNKNOWN
    exponent = power(value)
    number = fixed(value, 0) if exponent == 0 else short(value / 1024**exponent)
    return f"{number} {UNITS[exponent]}"


def usage(used, total):
    if used is None or total is None:
        return size(used)
    unit = 1024 ** power(total)
    return f"{fixed(used, 0) if unit == 1 else short(used / unit)} of {size(total)}"


def percent(value):
    return UNKNOWN if value is None else f"{short(value)} %"


def share(part, whole):
    return None if part is None or not whole else part / whole * 100


def rate(value):
    return UNKNOWN if value is None else f"{size(value)}/s"


def load(value):
    return UNKNOWN if value is None else fixed(value, 2 if value < 99.995 else 0)


def celsius(value):
    return UNKNOWN if value is None else f"{fixed(value, 0)} °C"


def count(value):
    return UNKNOWN if value is None else fixed(value, 0)


def age(milliseconds):
    for unit, word in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")):
        if milliseconds >= unit or word == "s":
            return f"{int(milliseconds // unit)} {word}"


def duration(milliseconds):
    for unit, smaller in ((86_400_000, 3_600_000), (3_600_000, 60_000)):
        if milliseconds >= unit:
            word = "h" if smaller == 3_600_000 else "min"
            return f"{age(milliseconds)} {int(milliseconds % unit // smaller)} {word}"
    return age(milliseconds)


def moment(milliseconds):
    if milliseconds is None:
        return UNKNOWN
    when = datetime.fromtimestamp(milliseconds // 1000, timezone.utc)
    return f"{when:%b} {when.day}, {when.year}, {when.hour % 12 or 12}:{when:%M:%S %p} UTC"


def share_and_usage(used, total):
    part = share(used, total)
    return usage(used, total) if part is None else f"{percent(part)} · {usage(used, total)}"


def fullest(disks):
    parts = [(share(used, total), mount) for mount, _, used, total in disks or []]
    known = [(part, -index, mount) for index, (part, mount) in enumerate(parts) if part is not None]
    if not known:
        return UNKNOWN
    part, _, mount = max(known)
    return f"{percent(part)} {mount}"


def word(field):
    return lambda host, _: UNKNOWN if host[field] is None else host[field]


def of(form, *fields):
    return lambda host, _: form(*(host[field] for field in fields))


def disk(key):
    return lambda host, mount: key(next(each for each in host["disks"] if each[0] == mount))


def sensor(key):
    return lambda host, name: key(next(each for each in host["temps"] if each[0] == name))


# What a cell of this `data-field` must read: f(host, data-key).
EXPECTED = {
    "name": word("name"),
    "os": lambda host, _: host["os"] or host["platform"] or UNKNOWN,
    "status": word("status"),
    "cpu": of(percent, "cpu"),
    "load1": of(load, "load1"),
    "load5": of(load, "load5"),
    "load15": of(load, "load15"),
    "mem": of(share_and_usage, "mem", "memTotal"),
    "swap": lambda host, _: (
        "none" if host["swapTotal"] == 0 else usage(host["swap"], host["swapTotal"])
    ),
    "disk": of(share_and_usage, "disk", "diskTotal"),
    "fullest": of(fullest, "disks"),
    "temp": of(celsius, "temp"),
    "netIn": of(rate, "netIn"),
    "netOut": of(rate, "netOut"),
    "diskRead": of(rate, "diskRead"),
    "diskWrite": of(rate, "diskWrite"),
    "trend-cpu": of(percent, "cpu"),
    "trend-mem": lambda host, _: percent(share(host["mem"], host["memTotal"])),
    "trend-netIn": of(rate, "netIn"),
    "trend-netOut": of(rate, "netOut"),
    "trend-diskRead": of(rate, "diskRead"),
    "trend-diskWrite": of(rate, "diskWrite"),
    "mount": disk(lambda each: each[0]),
    "filesystem": disk(lambda each: each[1]),
    "filesystem-usage": disk(lambda each: share_and_usage(each[2], each[3])),
    "sensor": sensor(lambda each: each[0]),
    "sensor-temp": sensor(lambda each: celsius(each[1])),
    "kernel": word("kernel"),
    "arch": word("arch"),
    "cpuModel": word("cpuModel"),
    "load": lambda host, _: " ".join(load(host[name]) for name in ("load1", "load5", "load15")),
    "boot": of(moment, "boot"),
    "agent": word("agent"),
    "interval": lambda host, _: f"{count(host['interval'])} s",
}


def listed(guest, several):
    """The cells of a guest's row that count no time."""
    place = guest["node"] or UNKNOWN
    marks = ["template"] if guest["template"] else []
    marks += ([guest["lock"]] if guest["lock"] else []) + (guest["tags"] or [])
    return {
        "name": guest["name"] or UNKNOWN,
        "marks": " ".join(marks),
        "type": {"qemu": "VM", "lxc": "CT"}[guest["type"]],
        "vmid": str(guest["vmid"]),
        "node": f"{guest['remote']}/{place}" if several else place,
        "status": guest["status"],
        "cpu": percent(guest["cpu"]),
        "mem": share_and_usage(guest["mem"], guest["memTotal"]),
        "disk": share_and_usage(guest["disk"], guest["diskTotal"]),
        "netIn": rate(guest["netIn"]),
        "netOut": rate(guest["netOut"]),
    }


def stood(node, guests):
    """The same of a node's row."""
    on = [
        guest
        for guest in guests
        if (guest["remote"], guest["node"]) == (node["remote"], node["name"])
        and not guest["template"]
    ]
    running = sum(guest["status"] == "running" for guest in on)
    return {
        "name": node["name"],
        "remote": node["remote"],
        "status": node["status"],
        "cpu": percent(node["cpu"]),
        "mem": share_and_usage(node["mem"], node["memTotal"]),
        "disk": share_and_usage(node["disk"], node["diskTotal"]),
        "load1": load(node["load1"]),
        "guests": f"{running}/{len(on)}",
    }


def around(server_ms):
    """The times by which the page may go: its seconds change once in a second."""
    return range(server_ms - 2500, server_ms + 2000, 250)


def uptimes(row, server_ms):
    """What an uptime may read about the server's time."""
    if row["boot"] is None or row["status"] in ("unknown", "offline"):
        return {UNKNOWN}
    return {duration(max(0, time - row["boot"])) for time in around(server_ms)}


def stale_ages(row, remotes, server_ms):
    """How old figures that are not live may be called."""
    remote = next(each for each in remotes if each["name"] == row["remote"])
    since = remote["seen"] if remote["status"] == "failing" else row["sampled"]
    if not row["stale"] or since is None:
        return set()
    return {f"{age(max(0, time - since))} ago" for time in around(server_ms)}


def expected_ages(host, server_ms):
    """What cells that count time may read within two seconds of the server's time."""
    times = around(server_ms)
    seen = {f"{age(max(0, time - host['seen']))} ago" for time in times}
    if host["status"] == "offline" or host["boot"] is None:
        return {"seen": seen, "age": seen, "uptime": {UNKNOWN}}
    return {"seen": seen, "uptime": {duration(time - host["boot"]) for time in times}}
