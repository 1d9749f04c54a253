import COpenSSL

/// The memory through which all sessions of a reactor speak, one call after the other.
///
/// A call reads the bytes that came in place, leaves plaintext in `plaintext` and its own
/// records in `output`, unless it was given another place for them.
@safe struct TLSMemory: ~Copyable {
    /// What the sessions' BIOs point to; it outlives them.
    let exchange: UnsafeMutablePointer<cossl_memory>
    /// Room for one record's content.
    let plaintext: UnsafeMutableRawBufferPointer
    private let output: UnsafeMutableRawBufferPointer

    init() {
        unsafe exchange = .allocate(capacity: 1)
        unsafe exchange.initialize(to: cossl_memory())
        unsafe plaintext = .allocate(byteCount: TLSSession.recordBytesMax, alignment: 64)
        unsafe output = .allocate(byteCount: TLSSession.recordBytesMax, alignment: 64)
        unsafe takeInput(UnsafeRawBufferPointer(start: nil, count: 0))
        clearOutput()
    }

    deinit {
        // The reactor's connections, whose sessions point here, are gone before it.
        unsafe exchange.deallocate()
        unsafe plaintext.deallocate()
        unsafe output.deallocate()
    }

    /// Lets the next calls read `bytes`, which stay in place until `giveInput`.
    func takeInput(_ bytes: UnsafeRawBufferPointer) {
        unsafe exchange.pointee.input = unsafe bytes.baseAddress?.assumingMemoryBound(
            to: UInt8.self
        )
        unsafe exchange.pointee.input_count = bytes.count
    }

    /// Takes back what was not read.
    func giveInput() -> UnsafeRawBufferPointer {
        defer { unsafe takeInput(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return unsafe UnsafeRawBufferPointer(
            start: exchange.pointee.input,
            count: exchange.pointee.input_count
        )
    }

    /// What the calls have written since the output was cleared; valid until the next one.
    var written: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(
            start: exchange.pointee.output,
            count: exchange.pointee.output_count
        )
    }

    var writtenCount: Int { unsafe exchange.pointee.output_count }

    /// Bytes that can still be written.
    var room: Int { unsafe exchange.pointee.output_capacity - exchange.pointee.output_count }

    /// Lets the next calls write to the memory's own room again.
    func clearOutput() { unsafe setOutput(output) }

    /// Lets the next calls write to `room`.
    func setOutput(_ room: UnsafeMutableRawBufferPointer) {
        unsafe exchange.pointee.output = unsafe room.baseAddress?.assumingMemoryBound(
            to: UInt8.self
        )
        unsafe exchange.pointee.output_capacity = room.count
        unsafe exchange.pointee.output_count = 0
    }
}
