import PulseJSON

/// The entries of a list, and the texts that they share.
struct PVERows<Row> {
    var rows: [Row] = []
    var texts = SharedTexts()
}

/// Reads the list in an answer's `data`; a large one in slices, so that a turn of the reactor never
/// takes long.
struct PVEListDecoder<Row> {
    /// What was read so far.
    private(set) var list = PVERows<Row>()
    /// Whether there was a list at all.
    private(set) var hasList = false
    /// Where the last slice ended: within the list.
    private var place = JSONReader.Place.start

    /// The rows of a whole body; `nil` for an answer without a list.
    static func whole(
        _ body: [UInt8],
        _ read: (inout JSONReader, inout PVERows<Row>) throws(JSONError) -> Void
    ) throws(JSONError) -> [Row]? {
        var decoder = PVEListDecoder()
        _ = try decoder.read(body.span, byteCountMax: .max, read)
        return decoder.hasList ? decoder.list.rows : nil
    }

    /// Goes on over about `byteCountMax` bytes of the body, to the end of a row.
    ///
    /// Says whether it has come to the end, and then the whole body was checked to be JSON. The
    /// body is the same one in each call. `read` appends what it makes of an object. What is no
    /// list, and what in it is no object, is skipped in one go. After an error nothing more can be
    /// read.
    mutating func read(
        _ body: Span<UInt8>,
        byteCountMax: Int,
        _ read: (inout JSONReader, inout PVERows<Row>) throws(JSONError) -> Void
    ) throws(JSONError) -> Bool {
        var reader = JSONReader(body, from: place)
        // Without a limit where the rest is short: only the reader can tell a body that breaks off.
        let rest = body.count - reader.offset
        let limit = byteCountMax < rest ? reader.offset + byteCountMax : .max
        // A slice ends within the list and nowhere else.
        var isInList = place != .start
        if !isInList { try reader.beginObject() }
        while true {
            if isInList {
                guard try readRows(&reader, to: limit, read) else {
                    place = reader.place
                    return false
                }
                isInList = false
            }
            guard let key = try reader.nextKey() else { break }
            switch key {
            case "data":
                guard try reader.beginArrayUnlessNull() else { continue }
                list.rows.removeAll(keepingCapacity: true)
                // Entries have about 350 bytes; a guess, not a bound.
                list.rows.reserveCapacity(body.count / 320)
                hasList = true
                isInList = true
            default: try reader.skipValue()
            }
        }
        try reader.finish()
        return true
    }

    /// Says whether the list has ended before the limit.
    private mutating func readRows(
        _ reader: inout JSONReader,
        to limit: Int,
        _ read: (inout JSONReader, inout PVERows<Row>) throws(JSONError) -> Void
    ) throws(JSONError) -> Bool {
        while reader.offset < limit {
            guard try reader.nextElement() else { return true }
            if try reader.nextIsObject() {
                try read(&reader, &list)
            } else {
                try reader.skipValue()
            }
        }
        return false
    }
}
