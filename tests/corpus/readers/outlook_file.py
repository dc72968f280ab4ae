"""A message of Outlook for tests: an OLE file of 512-byte sectors whose small streams lie in a mini stream."""

import struct

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5


def message(body="The keys lie in the blue box.", subject="Keys", html=None, attachments=()):
    """The bytes of a message from Anna with its attachments as (name, bytes)."""
    headers = "From: Anna <anna@b.org>\r\nTo: Bo <bo@b.org>\r\n\r\n"
    values = {0x001A: "IPM.Note", 0x0037: subject, 0x0C1A: "Anna", 0x1000: body, 0x007D: headers}
    root = storage(32, {**values, **({0x1013: html.encode()} if html else {})})
    root["__nameid_version1.0"] = {}
    for number, (name, data) in enumerate(attachments):
        root[f"__attach_version1.0_#{number:08X}"] = storage(8, {0x3705: 1, 0x3701: data, 0x3707: name})
    return packed(root)


def storage(head, properties):
    """Properties by their number, as the streams that hold them; `head` is the length of what stands before them."""
    listed, streams = b"\0" * head, {}
    for code, value in properties.items():
        kind = 0x0003 if isinstance(value, int) else 0x0102 if isinstance(value, bytes) else 0x001F
        data = value.encode("utf-16-le") if isinstance(value, str) else value
        listed += struct.pack("<HHIII", kind, code, 6, data if isinstance(data, int) else len(data), 0)
        if not isinstance(data, int):
            streams[f"__substg1.0_{code:04X}{kind:04X}"] = data
    return {"__properties_version1.0": listed, **streams}


def packed(tree):
    entries, small = [], bytearray()
    table = []  # of the mini stream's sectors

    def add(name, kind, content):
        at = len(entries)
        entries.append([name, kind, FREE, FREE, FREE, END, 0])  # left, right, child, first sector, size
        if kind == STREAM:
            count = -(-len(content) // 64)
            entries[at][5:] = [len(table) if count else END, len(content)]
            table.extend([*range(len(table) + 1, len(table) + count), END] if count else [])
            small.extend(content.ljust(count * 64, b"\0"))
            return at
        children = [add(inner, STORAGE if isinstance(each, dict) else STREAM, each) for inner, each in content.items()]
        for before, after in zip([None, *children], children, strict=False):
            if before is None:
                entries[at][4] = after
            else:
                entries[before][3] = after
        return at

    add("Root Entry", ROOT, tree)
    sectors = [b""]  # the first holds the table of sectors
    chains = []

    def chain(data):
        count = max(1, -(-len(data) // 512))
        first = len(sectors)
        sectors.extend(data[at * 512 : at * 512 + 512].ljust(512, b"\0") for at in range(count))
        chains.extend([*range(first + 1, first + count), END])
        return first

    entries[0][5:] = [chain(bytes(small)), len(small)]
    minis = chain(b"".join(struct.pack("<I", each) for each in table).ljust(512, b"\xff"))
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HBB", len(name) * 2 + 2, kind, 1)
        + struct.pack("<III", left, right, child)
        + b"\0" * 36
        + struct.pack("<IQ", first, size)
        for name, kind, left, right, child, first, size in entries
    )
    start = chain(directory)
    sectors[0] = b"".join(struct.pack("<I", each) for each in [FAT, *chains]).ljust(512, b"\xff")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, start, 0, 4096, minis, max(1, -(-len(table) // 128)), END, 0)
    header += struct.pack("<I", 0) + b"\xff" * (109 * 4 - 4)
    return header + b"".join(sectors)
