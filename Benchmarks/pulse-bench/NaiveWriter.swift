/// JSON as one writes it without a second thought: appended to an array, number by number and
/// text by text.
///
/// It is not meant to be bad: the array keeps its capacity, and nothing is copied twice.
struct NaiveWriter {
    private(set) var bytes: [UInt8] = []

    /// Replaces the content by the whole state.
    mutating func write(_ state: GuestState) {
        bytes.removeAll(keepingCapacity: true)
        append("{\"stream\":")
        text(state.stream)
        append(",\"epoch\":")
        text(state.epoch)
        append(",\"generation\":\(state.generation),\"ts\":\(state.ts),\"fields\":")
        list(state.fields) { $0.text($1) }
        append(",\"rows\":")
        list(state.rows) { $0.write($1) }
        append("}")
    }

    private mutating func write(_ row: GuestRow) {
        append("[\(row.handle)")
        next { $0.text(row.id) }
        next { $0.number(row.vmid) }
        next { $0.text(row.name) }
        next { $0.text(row.type) }
        next { $0.text(row.remote) }
        next { $0.text(row.node) }
        next { $0.text(row.status) }
        next { $0.append(row.isStale ? "true" : "false") }
        next { $0.append(row.isTemplate ? "true" : "false") }
        next { $0.text(row.lock) }
        next { $0.list(row.tags) { $0.text($1) } }
        next { $0.text(row.pool) }
        next { $0.text(row.haState) }
        next { $0.number(row.cpuCount) }
        next { $0.number(row.memoryTotalBytes) }
        next { $0.text(row.memorySource) }
        next { $0.number(row.diskTotalBytes) }
        next { $0.number(row.bootMilliseconds) }
        next { $0.number(row.sampledMilliseconds) }
        next { $0.number(row.cpuPercent) }
        next { $0.number(row.memoryBytes) }
        next { $0.number(row.diskBytes) }
        next { $0.number(row.receivedPerSecond) }
        next { $0.number(row.sentPerSecond) }
        next { $0.number(row.readPerSecond) }
        next { $0.number(row.writtenPerSecond) }
        append("]")
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func next(_ value: (inout NaiveWriter) -> Void) {
        append(",")
        value(&self)
    }

    private mutating func list<Element>(
        _ elements: [Element],
        _ write: (inout NaiveWriter, Element) -> Void
    ) {
        append("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            write(&self, element)
        }
        append("]")
    }

    private mutating func number(_ value: Int?) {
        if let value { append(String(value)) } else { append("null") }
    }

    private mutating func number(_ value: Double?) {
        guard let value else { return append("null") }
        // 2.5 is 2.5, but 4.0 is 4.
        if let whole = Int(exactly: value) { append(String(whole)) } else { append("\(value)") }
    }

    private mutating func text(_ text: String?) {
        guard let text else { return append("null") }
        append("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0..<0x20: append("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        append("\"")
    }
}
