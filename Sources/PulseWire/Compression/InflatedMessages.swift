import Glibc

/// The last messages that were inflated, each with what it became.
///
/// A load generator's many clients are sent the very same compressed bytes. Comparing them costs a
/// fraction of inflating them, so that the generator does not become what is measured.
package struct InflatedMessages {
    private struct Entry {
        var message: [UInt8]
        var inflated: [UInt8]
    }

    /// Several streams, or the parts of a snapshot, come to each client in turn.
    package static let countMax = 16

    private var entries: [Entry] = []
    /// Where the oldest is, once there are as many as there may be.
    private var oldest = 0

    /// Returns what a message became when it came before.
    func find(_ message: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let start = message.baseAddress else { return nil }
        for entry in entries where entry.message.count == message.count {
            let isSame = unsafe entry.message.withUnsafeBytes { kept in
                unsafe kept.baseAddress.map { unsafe memcmp($0, start, kept.count) } == 0
            }
            if isSame { return entry.inflated }
        }
        return nil
    }

    /// Keeps a message in place of the oldest.
    mutating func keep(_ message: UnsafeRawBufferPointer, _ inflated: UnsafeRawBufferPointer) {
        let entry = unsafe Entry(message: Array(message), inflated: Array(inflated))
        guard entries.count == InflatedMessages.countMax else {
            entries.append(entry)
            return
        }
        entries[oldest] = entry
        oldest = (oldest + 1) % InflatedMessages.countMax
    }
}
