import PulseJSON

extension GuestState {
    /// Writes the state with pulse's writer but without its columns and cached fields, so that the
    /// writer can be told from what the fleet keeps for it.
    func write(to writer: inout JSONWriter) {
        writer.fragment("{\"stream\":")
        writer.string(stream)
        writer.fragment(",\"epoch\":")
        writer.string(epoch)
        writer.fragment(",\"generation\":")
        writer.int(Int64(generation))
        writer.fragment(",\"ts\":")
        writer.int(Int64(ts))
        writer.fragment(",\"fields\":")
        writer.list(fields) { $0.string($1) }
        writer.fragment(",\"rows\":")
        writer.list(rows) { $1.write(to: &$0) }
        writer.fragment("}")
    }
}

extension GuestRow {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.fragment("[")
        writer.int(Int64(handle))
        writer.next(id)
        writer.next(vmid)
        writer.next(name)
        writer.next(type)
        writer.next(remote)
        writer.next(node)
        writer.next(status)
        writer.next(isStale)
        writer.next(isTemplate)
        writer.next(lock)
        writer.fragment(",")
        writer.list(tags) { $0.string($1) }
        writer.next(pool)
        writer.next(haState)
        writer.next(cpuCount, decimals: 2)
        writer.next(memoryTotalBytes)
        writer.next(memorySource)
        writer.next(diskTotalBytes)
        writer.next(bootMilliseconds)
        writer.next(sampledMilliseconds)
        writer.next(cpuPercent, decimals: 1)
        writer.next(memoryBytes)
        writer.next(diskBytes)
        writer.next(receivedPerSecond)
        writer.next(sentPerSecond)
        writer.next(readPerSecond)
        writer.next(writtenPerSecond)
        writer.fragment("]")
    }
}

extension JSONWriter {
    fileprivate mutating func next(_ value: String?) {
        fragment(",")
        if let value { string(value) } else { null() }
    }

    fileprivate mutating func next(_ value: Int?) {
        fragment(",")
        if let value { int(Int64(value)) } else { null() }
    }

    fileprivate mutating func next(_ value: Bool) {
        fragment(",")
        bool(value)
    }

    fileprivate mutating func next(_ value: Double?, decimals: Int) {
        fragment(",")
        if let value { fixed(value, decimals: decimals) } else { null() }
    }

    fileprivate mutating func list<Element>(
        _ elements: [Element],
        _ write: (inout JSONWriter, Element) -> Void
    ) {
        fragment("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { fragment(",") }
            write(&self, element)
        }
        fragment("]")
    }
}
