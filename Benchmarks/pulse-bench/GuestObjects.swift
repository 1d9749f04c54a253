import FoundationEssentials
import PulseJSON

/// Guests written as objects with a key for each field, with the writer alone: the texts are kept
/// encoded, as the fleet keeps them, and the numbers are not.
///
/// The rows of a stream have no keys and so half the bytes, with as many numbers to write; beside
/// `memcpy` of the bytes the two say different things.
struct GuestObjects: ~Copyable {
    private static let textKeys: [StaticString] = [
        "{\"id\":", ",\"name\":", ",\"type\":", ",\"remote\":", ",\"node\":", ",\"status\":",
        ",\"lock\":", ",\"tags\":", ",\"pool\":", ",\"haState\":", ",\"memorySource\":",
    ]

    /// What the numbers, the truths and their keys take at most: 14 numbers, and keys of which the
    /// longest has 26 bytes with its quotes and what stands around it.
    private static let figureBytesMax = 14 * JSONRoom.numberBytesMax + 16 * 26

    private var texts = FragmentCache()
    private let numbers: [Numbers]

    init(_ guests: [GuestRow]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        numbers = guests.map(Numbers.init)
        texts.reserve(slotCount: guests.count * Self.textKeys.count)
        for (index, guest) in guests.enumerated() {
            let fields: [any Encodable] = [
                guest.id, guest.name, guest.type, guest.remote, guest.node, guest.status,
                guest.lock, guest.tags, guest.pool, guest.haState, guest.memorySource,
            ]
            for (field, text) in fields.enumerated() {
                let bytes = [UInt8](try encoder.encode(text))
                texts.set(index * Self.textKeys.count + field, to: bytes.span)
            }
        }
    }

    /// The most bytes that `write` writes.
    var byteCountMax: Int {
        let slots = 0..<numbers.count * Self.textKeys.count
        let keys = Self.textKeys.reduce(0) { $0 + $1.utf8CodeUnitCount }
        // With the comma between two objects, and the brackets around all.
        return texts.byteCount(of: slots) + numbers.count * (keys + Self.figureBytesMax + 1) + 2
    }

    /// Writes all of them as an array.
    func write(to writer: inout JSONWriter) {
        writer.fragment("[")
        for index in numbers.indices {
            if index > 0 { writer.fragment(",") }
            var slot = index * Self.textKeys.count
            for key in Self.textKeys {
                writer.fragment(key)
                texts.append(slot, to: &writer)
                slot += 1
            }
            // The bound is that of all that is written here.
            unsafe writer.object(byteCountMax: Self.figureBytesMax) { room in
                numbers[index].write(to: &room)
            }
        }
        writer.fragment("]")
    }

    /// Whether Foundation reads these guests from `bytes`.
    static func say(_ bytes: [UInt8], _ guests: [GuestRow]) throws -> Bool {
        try JSONDecoder().decode([KeyedGuest].self, from: Data(bytes)).map(\.row) == guests
    }
}

/// Guests as objects, for closures that outlive the one who made them.
final class GuestObjectsBox {
    let objects: GuestObjects

    init(_ objects: consuming GuestObjects) {
        self.objects = objects
    }
}

/// The numbers of a guest, scaled as the writer takes them; nil where they are unknown.
private struct Numbers {
    var handle, vmid: Int64
    var isStale, isTemplate: Bool
    var cpuCount, memoryTotal, diskTotal, boot, sampled, cpu, memory, disk: Int64?
    var received, sent, read, written: Int64?

    init(_ guest: GuestRow) {
        let whole = { (value: Int?) in value.map(Int64.init) }
        handle = Int64(guest.handle)
        vmid = Int64(guest.vmid)
        isStale = guest.isStale
        isTemplate = guest.isTemplate
        cpuCount = guest.cpuCount.map { Int64(($0 * 100).rounded()) }
        memoryTotal = whole(guest.memoryTotalBytes)
        diskTotal = whole(guest.diskTotalBytes)
        boot = whole(guest.bootMilliseconds)
        sampled = whole(guest.sampledMilliseconds)
        cpu = guest.cpuPercent.map { Int64(($0 * 10).rounded()) }
        memory = whole(guest.memoryBytes)
        disk = whole(guest.diskBytes)
        received = whole(guest.receivedPerSecond)
        sent = whole(guest.sentPerSecond)
        read = whole(guest.readPerSecond)
        written = whole(guest.writtenPerSecond)
    }

    @inline(__always)
    func write(to room: inout JSONRoom) {
        room.fragment(",\"handle\":")
        room.number(handle)
        room.fragment(",\"vmid\":")
        room.number(vmid)
        room.fragment(isStale ? ",\"isStale\":true" : ",\"isStale\":false")
        room.fragment(isTemplate ? ",\"isTemplate\":true" : ",\"isTemplate\":false")
        room.fragment(",\"cpuCount\":")
        room.number(cpuCount, decimals: 2)
        room.fragment(",\"memoryTotalBytes\":")
        room.number(memoryTotal)
        room.fragment(",\"diskTotalBytes\":")
        room.number(diskTotal)
        room.fragment(",\"bootMilliseconds\":")
        room.number(boot)
        room.fragment(",\"sampledMilliseconds\":")
        room.number(sampled)
        room.fragment(",\"cpuPercent\":")
        room.number(cpu, decimals: 1)
        room.fragment(",\"memoryBytes\":")
        room.number(memory)
        room.fragment(",\"diskBytes\":")
        room.number(disk)
        room.fragment(",\"receivedPerSecond\":")
        room.number(received)
        room.fragment(",\"sentPerSecond\":")
        room.number(sent)
        room.fragment(",\"readPerSecond\":")
        room.number(read)
        room.fragment(",\"writtenPerSecond\":")
        room.number(written)
        room.fragment("}")
    }
}

extension JSONRoom {
    @inline(__always)
    fileprivate mutating func number(_ value: Int64?, decimals: Int = 0) {
        if let value { fixed(scaled: value, decimals: decimals) } else { null() }
    }
}

/// A guest as Foundation reads it from an object.
private struct KeyedGuest: Decodable {
    let row: GuestRow

    private enum Key: String, CodingKey {
        case handle, id, vmid, name, type, remote, node, status, isStale, isTemplate, lock, tags
        case pool, haState, cpuCount, memoryTotalBytes, memorySource, diskTotalBytes
        case bootMilliseconds, sampledMilliseconds, cpuPercent, memoryBytes, diskBytes
        case receivedPerSecond, sentPerSecond, readPerSecond, writtenPerSecond
    }

    init(from decoder: any Decoder) throws {
        let guest = try decoder.container(keyedBy: Key.self)
        row = GuestRow(
            handle: try guest.decode(Int.self, forKey: .handle),
            id: try guest.decode(String.self, forKey: .id),
            vmid: try guest.decode(Int.self, forKey: .vmid),
            name: try guest.decode(String?.self, forKey: .name),
            type: try guest.decode(String.self, forKey: .type),
            remote: try guest.decode(String.self, forKey: .remote),
            node: try guest.decode(String.self, forKey: .node),
            status: try guest.decode(String.self, forKey: .status),
            isStale: try guest.decode(Bool.self, forKey: .isStale),
            isTemplate: try guest.decode(Bool.self, forKey: .isTemplate),
            lock: try guest.decode(String?.self, forKey: .lock),
            tags: try guest.decode([String].self, forKey: .tags),
            pool: try guest.decode(String?.self, forKey: .pool),
            haState: try guest.decode(String?.self, forKey: .haState),
            cpuCount: try guest.decode(Double?.self, forKey: .cpuCount),
            memoryTotalBytes: try guest.decode(Int?.self, forKey: .memoryTotalBytes),
            memorySource: try guest.decode(String?.self, forKey: .memorySource),
            diskTotalBytes: try guest.decode(Int?.self, forKey: .diskTotalBytes),
            bootMilliseconds: try guest.decode(Int?.self, forKey: .bootMilliseconds),
            sampledMilliseconds: try guest.decode(Int?.self, forKey: .sampledMilliseconds),
            cpuPercent: try guest.decode(Double?.self, forKey: .cpuPercent),
            memoryBytes: try guest.decode(Int?.self, forKey: .memoryBytes),
            diskBytes: try guest.decode(Int?.self, forKey: .diskBytes),
            receivedPerSecond: try guest.decode(Int?.self, forKey: .receivedPerSecond),
            sentPerSecond: try guest.decode(Int?.self, forKey: .sentPerSecond),
            readPerSecond: try guest.decode(Int?.self, forKey: .readPerSecond),
            writtenPerSecond: try guest.decode(Int?.self, forKey: .writtenPerSecond)
        )
    }
}
